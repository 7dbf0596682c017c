import type { JsonObject } from '../json.ts'

/** An invoice of this Eclair, or what it noted down for money that came without one. */
export interface IncomingRow {
  readonly paymentHash: string
  /** TRAP: `getreceivedinfo` tells it of unpaid invoices, too. */
  readonly preimage: string
  readonly type: 'Standard' | 'KeySend' | 'Blinded'
  readonly invoice: JsonObject
  readonly createdMs: number
  readonly expiresMs: number
  received?: { amountMsat: bigint; atMs: number }
  /** `payment-received`. */
  event?: JsonObject
}

/** Invoices in the order of their making, and what was received in the order of its coming. */
export class IncomingBook {
  readonly #byHash = new Map<string, IncomingRow>()
  #invoices: IncomingRow[] = []
  readonly received: IncomingRow[] = []

  get invoices(): readonly IncomingRow[] {
    return this.#invoices
  }

  add(row: IncomingRow): void {
    this.#byHash.set(row.paymentHash, row)
    this.#invoices.push(row)
  }

  byHash(hash: string): IncomingRow | undefined {
    return this.#byHash.get(hash)
  }

  take(row: IncomingRow, amountMsat: bigint, atMs: number, event: JsonObject): void {
    row.received = { amountMsat, atMs }
    row.event = event
    this.received.push(row)
  }

  delete(hash: string): void {
    if (!this.#byHash.delete(hash)) return
    this.#invoices = this.#invoices.filter((row) => row.paymentHash !== hash)
  }
}
