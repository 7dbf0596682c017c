import { randomBytes } from 'node:crypto'
import type { Payment } from '@lightning-mcp/core'
import { exact, given } from '../rpc/exact-json.ts'
import { SubsystemIndexes } from './indexes.ts'

export type PartState = 'pending' | 'complete' | 'failed'

/** What all parts of one attempt at a payment share. */
export interface PaymentGroup {
  groupId: bigint
  paymentHash: string
  destination?: string | undefined
  amountMsat: bigint
  /** What the recipient is to get by parts that were sent when it began, and what leaves. */
  expectedSentMsat: bigint
  bolt11?: string | undefined
  bolt12?: string | undefined
  label?: string | undefined
  createdAt: number
  parts: PartRow[]
}

/** A part as `listsendpays` tells it. */
export interface PartRow {
  group: PaymentGroup
  createdIndex: number
  updatedIndex?: number
  partId: number
  amountMsat: bigint
  sentMsat: bigint
  state: PartState
  completedAt?: number
  preimage?: string
}

export type NewGroup = Omit<PaymentGroup, 'groupId' | 'parts' | 'createdAt'>

/** The daemon's table of outgoing parts. */
export class PaymentBook {
  readonly indexes = new SubsystemIndexes()
  readonly #now: () => number
  /** By created index, from 1. */
  readonly #rows: (PartRow | undefined)[] = [undefined]
  readonly #byHash = new Map<string, readonly PaymentGroup[]>()
  readonly #pending = new Set<PartRow>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Writes a new attempt down, with one part that is pending. `partId` 0: the old keysend. */
  begin(order: NewGroup, partId = 1): PaymentGroup {
    const { paymentHash, destination, amountMsat, expectedSentMsat, bolt11, bolt12, label } = order
    const group: PaymentGroup = {
      groupId: randomBytes(8).readBigUInt64BE() >> 1n,
      paymentHash,
      destination,
      amountMsat,
      expectedSentMsat,
      bolt11,
      bolt12,
      label,
      createdAt: this.#now(),
      parts: [],
    }
    this.#byHash.set(order.paymentHash, [...this.groups(order.paymentHash), group])
    this.#addPart(group, partId, order.amountMsat, order.expectedSentMsat)
    return group
  }

  #addPart(group: PaymentGroup, partId: number, amountMsat: bigint, sentMsat: bigint): PartRow {
    const row: PartRow = {
      group,
      createdIndex: this.#rows.length,
      partId,
      amountMsat,
      sentMsat,
      state: 'pending',
    }
    this.#rows.push(row)
    this.#pending.add(row)
    group.parts.push(row)
    this.indexes.move('created', () => detailsOf(row))
    return row
  }

  /** The whole amount has arrived: the parts that carried it, and what they cost. `open`: so many of them are not told as complete yet. */
  complete(group: PaymentGroup, payment: Payment, open = 0): void {
    const parts = this.spread(group, payment)
    for (const part of parts.slice(0, parts.length - open)) this.finish(part, 'complete', payment.preimage)
  }

  /** Shares amount and fee out to as many parts as were used: those that wait, and new ones. */
  spread(group: PaymentGroup, payment: Payment): readonly PartRow[] {
    const count = Math.max(1, payment.parts ?? 1)
    const amounts = shares(group.amountMsat, count)
    const fees = shares(payment.feeMsat ?? 0n, count)
    const waiting = group.parts.filter(({ state }) => state === 'pending')
    return amounts.map((amountMsat, index) => {
      const sentMsat = amountMsat + (fees[index] ?? 0n)
      const part = waiting[index] ?? this.resume(group)
      part.amountMsat = amountMsat
      part.sentMsat = sentMsat
      return part
    })
  }

  /** One more part of a payment that has begun. */
  resume(group: PaymentGroup): PartRow {
    return this.#addPart(group, group.parts.length + 1, group.amountMsat, group.expectedSentMsat)
  }

  finish(part: PartRow, state: 'complete' | 'failed', preimage?: string): void {
    part.state = state
    this.#pending.delete(part)
    part.completedAt = this.#now()
    if (preimage !== undefined) part.preimage = preimage
    part.updatedIndex = this.indexes.move('updated', () => detailsOf(part))
  }

  fail(group: PaymentGroup): void {
    for (const part of group.parts) if (part.state === 'pending') this.finish(part, 'failed')
  }

  /** Nothing has left the node: as if it had not been. */
  forget(group: PaymentGroup): void {
    for (const part of group.parts) {
      this.#rows[part.createdIndex] = undefined
      this.#pending.delete(part)
    }
    const groups = this.groups(group.paymentHash).filter((other) => other !== group)
    this.#byHash.set(group.paymentHash, groups)
  }

  groups(paymentHash: string): readonly PaymentGroup[] {
    return this.#byHash.get(paymentHash) ?? []
  }

  get size(): number {
    return this.#rows.length - 1
  }

  /** In order of creation, from that index on. */
  *from(start: number): Generator<PartRow> {
    for (let index = Math.max(1, start); index < this.#rows.length; index += 1) {
      const row = this.#rows[index]
      if (row !== undefined) yield row
    }
  }

  get pending(): Iterable<PartRow> {
    return this.#pending
  }
}

const detailsOf = (row: PartRow): Readonly<Record<string, unknown>> => ({
  status: row.state,
  partid: row.partId,
  groupid: exact(row.group.groupId),
  payment_hash: row.group.paymentHash,
})

function shares(total: bigint, count: number): readonly bigint[] {
  const share = total / BigInt(count)
  return Array.from({ length: count }, (_none, index) =>
    index === 0 ? total - share * BigInt(count - 1) : share,
  )
}

export function groupState(parts: readonly PartRow[]): PartState {
  if (parts.some(({ state }) => state === 'complete')) return 'complete'
  return parts.some(({ state }) => state === 'pending') ? 'pending' : 'failed'
}

/** Stands for the onion of a failed part, of which nobody but the daemon can read anything. */
const ERROR_ONION = '00'.repeat(292)

/** A line of `listsendpays`. */
export const toPartLine = (row: PartRow): Record<string, unknown> =>
  given({
    created_index: row.createdIndex,
    id: row.createdIndex,
    payment_hash: row.group.paymentHash,
    groupid: exact(row.group.groupId),
    updated_index: row.updatedIndex,
    partid: row.partId,
    destination: row.group.destination,
    amount_msat: exact(row.amountMsat),
    amount_sent_msat: exact(row.sentMsat),
    created_at: row.group.createdAt,
    completed_at: row.completedAt,
    status: row.state,
    payment_preimage: row.state === 'complete' ? row.preimage : undefined,
    label: row.group.label,
    bolt11: row.group.bolt11,
    bolt12: row.group.bolt12,
    erroronion: row.state === 'failed' ? ERROR_ONION : undefined,
  })

/** A line of `listpays`: the parts of one group, of those that were asked for. */
export function toPayLine(group: PaymentGroup, parts: readonly PartRow[]): Record<string, unknown> {
  const state = groupState(parts)
  const alive = parts.filter((part) => part.state !== 'failed')
  const first = parts[0] as PartRow
  return given({
    bolt11: group.bolt11,
    bolt12: group.bolt12,
    destination: group.destination,
    payment_hash: group.paymentHash,
    status: state,
    label: group.label,
    created_at: group.createdAt,
    completed_at:
      state === 'complete'
        ? Math.max(...alive.map((part) => part.completedAt ?? group.createdAt))
        : undefined,
    preimage: state === 'complete' ? alive.find((part) => part.preimage !== undefined)?.preimage : undefined,
    amount_msat: state === 'failed' ? undefined : exact(sum(alive.map((part) => part.amountMsat))),
    amount_sent_msat: exact(sum(alive.map((part) => part.sentMsat))),
    number_of_parts: alive.length > 1 ? alive.length : undefined,
    created_index: first.createdIndex,
    updated_index: state === 'pending' ? undefined : parts.at(-1)?.updatedIndex,
  })
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n)
