import { createHash, randomBytes } from 'node:crypto'
import { type SimulatedNetwork, type SimulatorClock, systemClock } from '@lightning-mcp/backend-simulator'
import { encodeInvoice } from '@lightning-mcp/codec'
import type { Invoice, LightningEvent, NodeId, Payment, PaymentHash } from '@lightning-mcp/core'
import { ChannelBook } from './channel-book.ts'
import { CoinBook } from './coin-book.ts'
import { ForwardBook } from './forward-book.ts'
import { InvoiceBook } from './invoice-book.ts'
import { nodeKey } from './node-keys.ts'
import { OfferBook } from './offer-book.ts'
import { PaymentBook } from './payment-book.ts'
import { RuneBook } from './rune-book.ts'

type Link = ReturnType<SimulatedNetwork['openLink']>
const KEYSEND_EXPIRY_SECONDS = 604_800

/** Deliberate misbehaviour of the daemon itself; that of the wire is beside it. */
export interface NodeFaults {
  /** The next payment answers an error as soon as a part of it is held, and goes on. */
  failWhileHeld: boolean
  /** So many parts of the next payment in several parts are told as pending after its success. */
  lateParts: number
  /** The next payment's first part fails, and then it waits before it sends another. */
  pause: { partFails: Promise<void>; goesOn: Promise<void> } | undefined
  /** Still catching up with the chain. */
  syncing: boolean
  /** The next look-up of a payment by each of these methods finds nothing. */
  readonly hiddenFrom: Set<string>
}

export interface FakeNodeOptions {
  network: SimulatedNetwork
  /** Of the network: the nodes' keys follow from it. */
  seed: string
  name: string
  clock?: SimulatorClock | undefined
  version: string
  /** What `getinfo` says. */
  chain: string
}

/**
 * One Core Lightning node: what the daemon keeps in its tables, over a node of the simulated network
 * that has the money, the channels and the HTLCs.
 */
export class FakeNode {
  readonly network: SimulatedNetwork
  readonly name: string
  readonly clock: SimulatorClock
  readonly version: string
  readonly chain: string
  readonly link: Link
  readonly invoices: InvoiceBook
  readonly payments: PaymentBook
  readonly channels: ChannelBook
  readonly coins: CoinBook
  readonly offers: OfferBook
  readonly runes: RuneBook
  /** Given out by newaddr, as listaddresses tells them. */
  readonly addresses: { keyidx: number; bech32?: string; p2tr?: string }[] = []
  readonly forwards: ForwardBook
  readonly faults: NodeFaults = {
    failWhileHeld: false,
    lateParts: 0,
    pause: undefined,
    syncing: false,
    hiddenFrom: new Set(),
  }
  /** Ends what waits when the fake is closed. */
  readonly ended = new AbortController()
  readonly startedAt: number
  readonly #over = new Map<string, (payment: Payment) => void>()
  readonly #unsubscribe: () => void
  readonly #keysendKey = randomBytes(32)
  #keysends = 0
  readonly #seed: string

  constructor(options: FakeNodeOptions) {
    this.network = options.network
    this.name = options.name
    this.#seed = options.seed
    this.clock = options.clock ?? systemClock
    this.version = options.version
    this.chain = options.chain
    this.link = options.network.openLink(options.name)
    this.startedAt = this.now()
    const now = (): number => this.now()
    this.invoices = new InvoiceBook(now)
    this.payments = new PaymentBook(now)
    this.channels = new ChannelBook(this)
    this.coins = new CoinBook(this)
    this.offers = new OfferBook(this)
    this.forwards = new ForwardBook(this)
    this.runes = new RuneBook(this.id, now)
    this.#unsubscribe = this.link.subscribe((event) => this.#onEvent(event))
  }

  get id(): NodeId {
    return this.idOf(this.name)
  }

  idOf(name: string): NodeId {
    return this.network.nodes.find((node) => node.name === name)?.nodeId as NodeId
  }

  /** The private key of a node of the network. */
  keyOf(name: string): Uint8Array {
    return nodeKey(this.#seed, name, this.idOf(name))
  }

  now(): number {
    return Math.floor(this.clock.now() / 1000)
  }

  /** With microseconds, as the daemon's plugins tell the time. */
  preciseNow(): number {
    return this.clock.now() / 1000 + 0.000123
  }

  /** Told once the payment of this hash is over. */
  onOver(paymentHash: string, tell: (payment: Payment) => void): void {
    this.#over.set(paymentHash, tell)
  }

  async close(): Promise<void> {
    this.ended.abort()
    this.#unsubscribe()
    await this.link.close()
  }

  #onEvent(event: LightningEvent): void {
    if (event.type === 'payment-settled' || event.type === 'payment-failed') {
      const tell = this.#over.get(event.payment.paymentHash)
      this.#over.delete(event.payment.paymentHash)
      tell?.(event.payment)
    } else if (event.type === 'invoice-settled') this.#onReceived(event.invoice)
    else if (event.type === 'invoice-created' && event.invoice.invoice === undefined)
      this.offers.noteAsked(event.invoice)
    else if (event.type === 'channel-closed') this.channels.closed(event.channelId)
  }

  #onReceived(settled: Invoice): void {
    const row = this.invoices.hashed(settled.paymentHash) ?? this.#noteKeysend(settled)
    if (row.state !== 'paid') this.invoices.pay(row, settled)
  }

  /** Money that nobody asked for: the keysend plugin makes an invoice for it and pays that. */
  #noteKeysend(settled: Invoice) {
    this.#keysends += 1
    const createdAt = this.now()
    let text: string | undefined
    return this.invoices.add({
      label: `keysend-${createdAt}.${String(this.#keysends).padStart(9, '0')}`,
      text: () => {
        text ??= this.#keysendInvoice(settled.paymentHash, createdAt)
        return { bolt11: text }
      },
      paymentHash: settled.paymentHash,
      description: 'keysend',
      expiresAt: createdAt + KEYSEND_EXPIRY_SECONDS,
    })
  }

  #keysendInvoice(paymentHash: PaymentHash, createdAt: number): string {
    return encodeInvoice(
      {
        network: 'regtest',
        paymentHash,
        paymentSecret: createHash('sha256').update(paymentHash).digest('hex'),
        createdAt,
        description: 'keysend',
        expirySeconds: KEYSEND_EXPIRY_SECONDS,
      },
      this.#keysendKey,
    )
  }
}
