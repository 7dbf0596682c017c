import {
  LightningError,
  type LightningEvent,
  type Msat,
  type NodeId,
  type PaymentHash,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { ChainTransaction } from './chain/transaction.ts'
import type { SimulatedChannel } from './channels/channel.ts'
import type { SimulatorClock } from './clock.ts'
import { EventHub } from './events/event-hub.ts'
import type { HoldOrder, NetworkFaults } from './faults.ts'
import type { SimulatedInvoice } from './invoices/invoice.ts'
import type { SimulatedNode } from './nodes/node.ts'
import type { SimulatedOffer } from './offers/offer.ts'
import type { SimulatedForward } from './payments/note-forwards.ts'
import type { PaymentPart, PaymentTask, SimulatedPayment } from './payments/payment.ts'
import { type RecordStore, recordKey, type StoredRecord } from './persistence/record-store.ts'

/** An entry of a node's history. */
export type HistoryEntry = SimulatedPayment | SimulatedInvoice

/** Numbers of the network as a whole. */
export interface NetworkCounters {
  height: number
  sequence: number
  part: number
}

/** Everything the network knows, and the one way to change it. */
export class NetworkState {
  readonly seed: string
  readonly clock: SimulatorClock
  readonly nodes = new Map<string, SimulatedNode>()
  readonly nodesById = new Map<NodeId, SimulatedNode>()
  readonly channels = new Map<string, SimulatedChannel>()
  readonly channelsByNode = new Map<string, SimulatedChannel[]>()
  readonly transactions = new Map<string, ChainTransaction>()
  /** Per node: its invoices by hash, its newest payment by hash, and both in order of creation. */
  readonly invoices = new Map<string, Map<PaymentHash, SimulatedInvoice>>()
  readonly payments = new Map<string, Map<PaymentHash, SimulatedPayment>>()
  readonly history = new Map<string, HistoryEntry[]>()
  /** Per node: its offers, and what it forwarded, both in order of creation. */
  readonly offers = new Map<string, SimulatedOffer[]>()
  readonly forwards = new Map<string, SimulatedForward[]>()
  /** Payments that are not over. */
  readonly livePayments = new Map<number, SimulatedPayment>()
  /** What a payer has learned while it tries, by payment: channel and direction → the smallest amount refused. Forgotten on restart. */
  readonly refusals = new Map<number, Map<string, Msat>>()
  /** What is left to do for payments before the present change is complete. */
  readonly tasks: PaymentTask[] = []
  /** Called when a payment is over. */
  readonly waiting = new Map<number, Set<() => void>>()
  /** Parts whose next step waits for the latency to pass, with what takes the step back. */
  readonly delayed = new Map<PaymentPart, () => void>()
  readonly events = new EventHub()
  readonly faults: NetworkFaults = { latencyMs: 0 }
  readonly holdOrders: HoldOrder[] = []
  counters: NetworkCounters = { height: 0, sequence: 0, part: 0 }
  closed = false
  readonly #store: RecordStore | undefined
  readonly #runTasks: (state: NetworkState) => void
  readonly #changed = new Map<string, StoredRecord>()
  #depth = 0

  constructor(options: {
    seed: string
    clock: SimulatorClock
    store?: RecordStore | undefined
    runTasks: (state: NetworkState) => void
  }) {
    this.#runTasks = options.runTasks
    this.seed = options.seed
    this.clock = options.clock
    this.#store = options.store
  }

  now(): UnixSeconds {
    return Math.floor(this.clock.now() / 1000)
  }

  nextSequence(): number {
    this.counters.sequence += 1
    return this.counters.sequence
  }

  node(name: string): SimulatedNode {
    const node = this.nodes.get(name)
    if (node !== undefined) return node
    throw new LightningError({
      code: 'invalid_request',
      message: 'the simulated network has no node of that name',
      hint: `Its nodes are: ${[...this.nodes.keys()].join(', ')}.`,
    })
  }

  channel(id: string): SimulatedChannel {
    const channel = this.channels.get(id)
    if (channel !== undefined) return channel
    throw new LightningError({ code: 'internal', message: 'the simulator lost a channel', sent: 'maybe' })
  }

  channelsOf(name: string): readonly SimulatedChannel[] {
    return this.channelsByNode.get(name) ?? []
  }

  /** Puts a record, new or loaded, into the indexes. */
  index(record: StoredRecord): void {
    switch (record.type) {
      case 'node':
        this.nodes.set(record.value.name, record.value)
        this.nodesById.set(record.value.nodeId, record.value)
        break
      case 'channel':
        this.channels.set(record.value.id, record.value)
        for (const name of record.value.nodes) append(this.channelsByNode, name, record.value)
        break
      case 'transaction':
        this.transactions.set(record.value.txId, record.value)
        break
      case 'invoice':
        entries(this.invoices, record.value.node).set(record.value.paymentHash, record.value)
        append(this.history, record.value.node, record.value)
        break
      case 'payment':
        if (record.value.probe === undefined) {
          entries(this.payments, record.value.node).set(record.value.paymentHash, record.value)
          append(this.history, record.value.node, record.value)
        }
        if (record.value.status === 'pending') this.livePayments.set(record.value.sequence, record.value)
        break
      case 'offer':
        append(this.offers, record.value.node, record.value)
        break
      case 'forward':
        append(this.forwards, record.value.node, record.value)
        break
      case 'counters':
        this.counters = record.value
        break
    }
  }

  /** Adds a record and stores it with the present change. */
  add(record: StoredRecord): void {
    this.index(record)
    this.changed(record)
  }

  /** Has a record stored with the present change. */
  changed(record: StoredRecord): void {
    if (this.#store !== undefined) this.#changed.set(`${record.type}/${recordKey(record)}`, record)
  }

  emit(node: string, event: LightningEvent): void {
    this.events.add(node, event)
  }

  /** Makes one change: once it returns, what was touched is durable and the events are out. */
  change<T>(body: () => T): T {
    if (this.closed)
      throw new LightningError({ code: 'unavailable', message: 'the simulated network is closed' })
    this.#depth += 1
    try {
      const result = body()
      this.#runTasks(this)
      return result
    } finally {
      this.#depth -= 1
      if (this.#depth === 0) this.#commit()
    }
  }

  #commit(): void {
    if (this.#store !== undefined && this.#changed.size > 0) {
      this.#changed.set('counters/', { type: 'counters', value: this.counters })
      this.#store.write([...this.#changed.values()])
      this.#changed.clear()
    }
    this.events.flush()
  }

  /** Takes in what was stored; `false`: nothing was. */
  load(): boolean {
    for (const record of this.#store?.read() ?? []) this.index(record)
    return this.nodes.size > 0
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    // whoever waits is told what stands now
    for (const waiting of this.waiting.values()) for (const wake of waiting) wake()
    this.waiting.clear()
    for (const takeBack of this.delayed.values()) takeBack()
    this.delayed.clear()
    this.#store?.close()
  }
}

function append<V>(lists: Map<string, V[]>, key: string, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function entries<V>(maps: Map<string, Map<PaymentHash, V>>, key: string): Map<PaymentHash, V> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const created = new Map<PaymentHash, V>()
  maps.set(key, created)
  return created
}
