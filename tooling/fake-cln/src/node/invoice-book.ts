import type { Invoice } from '@lightning-mcp/core'
import { exact, given } from '../rpc/exact-json.ts'
import { SubsystemIndexes } from './indexes.ts'

export type InvoiceState = 'unpaid' | 'paid' | 'expired'

/** An invoice as `listinvoices` tells it. */
export interface InvoiceRow {
  label: string
  /** Made when first asked for: a received keysend costs a signature. */
  text: () => { bolt11: string } | { bolt12: string }
  paymentHash: string
  amountMsat?: bigint
  state: InvoiceState
  payIndex?: number
  receivedMsat?: bigint
  paidAt?: number
  preimage?: string
  description?: string
  expiresAt: number
  createdIndex: number
  updatedIndex?: number
  offerId?: string
  payerNote?: string
}

export type NewInvoice = Omit<InvoiceRow, 'state' | 'createdIndex'>

interface PaidWaiter {
  readonly after: number
  readonly wake: (row: InvoiceRow) => void
}

/** The daemon's table of invoices, with its three indexes and its row of paid ones. */
export class InvoiceBook {
  readonly indexes = new SubsystemIndexes()
  readonly #now: () => number
  /** By created index, from 1; deleted ones leave a hole. */
  readonly #rows: (InvoiceRow | undefined)[] = [undefined]
  readonly #byLabel = new Map<string, InvoiceRow>()
  readonly #byHash = new Map<string, InvoiceRow>()
  readonly #byText = new Map<string, InvoiceRow>()
  /** By pay index less one; a forged one leaves a hole. */
  readonly #paid: (InvoiceRow | undefined)[] = []
  readonly #unpaid = new Set<InvoiceRow>()
  readonly #waiters = new Set<PaidWaiter>()
  readonly #labelWaiters = new Map<string, Set<(row: InvoiceRow) => void>>()
  #nextExpiry = Number.POSITIVE_INFINITY

  constructor(now: () => number) {
    this.#now = now
  }

  add(invoice: NewInvoice, text?: string): InvoiceRow {
    const row: InvoiceRow = { ...invoice, state: 'unpaid', createdIndex: this.#rows.length }
    this.#rows.push(row)
    this.#byLabel.set(row.label, row)
    this.#byHash.set(row.paymentHash, row)
    if (text !== undefined) this.#byText.set(text, row)
    this.#unpaid.add(row)
    this.#nextExpiry = Math.min(this.#nextExpiry, row.expiresAt)
    this.indexes.move('created', () => detailsOf(row))
    return row
  }

  labelled(label: string): InvoiceRow | undefined {
    this.#expire()
    return this.#byLabel.get(label)
  }

  hashed(hash: string): InvoiceRow | undefined {
    this.#expire()
    return this.#byHash.get(hash)
  }

  written(text: string): InvoiceRow | undefined {
    this.#expire()
    return this.#byText.get(text)
  }

  /** In order of creation, from that index on. */
  *from(start: number): Generator<InvoiceRow> {
    this.#expire()
    for (let index = Math.max(1, start); index < this.#rows.length; index += 1) {
      const row = this.#rows[index]
      if (row !== undefined) yield row
    }
  }

  pay(row: InvoiceRow, settled: Invoice): void {
    row.state = 'paid'
    row.receivedMsat = settled.receivedMsat ?? 0n
    row.paidAt = settled.settledAt ?? this.#now()
    if (settled.preimage !== undefined) row.preimage = settled.preimage
    this.#unpaid.delete(row)
    row.payIndex = this.#paid.push(row)
    this.#update(row)
    for (const waiter of this.#waiters)
      if (row.payIndex > waiter.after) {
        this.#waiters.delete(waiter)
        waiter.wake(row)
      }
  }

  remove(row: InvoiceRow): void {
    this.#rows[row.createdIndex] = undefined
    this.#byLabel.delete(row.label)
    if (this.#byHash.get(row.paymentHash) === row) this.#byHash.delete(row.paymentHash)
    this.#unpaid.delete(row)
    this.indexes.move('deleted', () => detailsOf(row))
  }

  /** The first one paid after that one. */
  paidAfter(payIndex: number): InvoiceRow | undefined {
    for (let index = payIndex; index < this.#paid.length; index += 1) {
      const row = this.#paid[index]
      if (row !== undefined) return row
    }
    return undefined
  }

  /** Whether a long poll waits for one to be paid or changed. */
  get isWatched(): boolean {
    return this.#waiters.size > 0 || this.indexes.isWatched
  }

  /** Tells whoever waits now that it is paid, which the table does not bear out. */
  forge(paymentHash: string): void {
    const row = this.#byHash.get(paymentHash)
    if (row === undefined) return
    const payIndex = this.#paid.push(undefined)
    const paidAt = this.#now()
    const { amountMsat: receivedMsat = 1n } = row
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter)
      waiter.wake({ ...row, state: 'paid', payIndex, receivedMsat, paidAt, preimage: '00'.repeat(32) })
    }
  }

  untilPaidAfter(payIndex: number, signal: AbortSignal): Promise<InvoiceRow> {
    const row = this.paidAfter(payIndex)
    if (row !== undefined) return Promise.resolve(row)
    return new Promise((resolve) => {
      const waiter = { after: payIndex, wake: resolve }
      this.#waiters.add(waiter)
      signal.addEventListener('abort', () => this.#waiters.delete(waiter), { once: true })
    })
  }

  /** Resolves once it is paid or expired. */
  untilOver(row: InvoiceRow): Promise<InvoiceRow> {
    if (row.state !== 'unpaid') return Promise.resolve(row)
    return new Promise((resolve) => {
      const waiters = this.#labelWaiters.get(row.label) ?? new Set()
      this.#labelWaiters.set(row.label, waiters.add(resolve))
    })
  }

  #update(row: InvoiceRow): void {
    row.updatedIndex = this.indexes.move('updated', () => detailsOf(row))
    const waiters = this.#labelWaiters.get(row.label)
    this.#labelWaiters.delete(row.label)
    for (const wake of waiters ?? []) wake(row)
  }

  /** Marks what has run out by now, as the daemon's timer does. */
  #expire(): void {
    const now = this.#now()
    if (now < this.#nextExpiry) return
    this.#nextExpiry = Number.POSITIVE_INFINITY
    for (const row of this.#unpaid)
      if (row.expiresAt <= now) {
        row.state = 'expired'
        this.#unpaid.delete(row)
        this.#update(row)
      } else this.#nextExpiry = Math.min(this.#nextExpiry, row.expiresAt)
  }
}

const detailsOf = (row: InvoiceRow): Readonly<Record<string, unknown>> => ({
  status: row.state,
  label: row.label,
})

/** A line of `listinvoices`: the preimage only once it is paid. */
export const toInvoiceLine = (row: InvoiceRow): Record<string, unknown> =>
  given({
    label: row.label,
    ...row.text(),
    payment_hash: row.paymentHash,
    amount_msat: row.amountMsat === undefined ? undefined : exact(row.amountMsat),
    status: row.state,
    ...(row.state === 'paid'
      ? {
          pay_index: row.payIndex,
          amount_received_msat: exact(row.receivedMsat ?? 0n),
          paid_at: row.paidAt,
          payment_preimage: row.preimage,
        }
      : {}),
    description: row.description,
    expires_at: row.expiresAt,
    local_offer_id: row.offerId,
    invreq_payer_note: row.payerNote,
    created_index: row.createdIndex,
    updated_index: row.updatedIndex,
  })
