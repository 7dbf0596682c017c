import type { Invoice, PaymentHash, Transaction } from '@lightning-mcp/core'

const MOST_PAYMENTS = 500
const MOST_INVOICES = 1_000

/**
 * What this process did that Eclair cannot list: its API has no list of pending and failed payments, and
 * it forgets an invoice that was deleted. In memory, and bounded.
 */
export class ProcessMemory {
  /** With what they ended in, where that is known and is not a settled payment. */
  readonly #payments = new Map<PaymentHash, readonly Transaction[] | undefined>()
  readonly #canceled = new Map<PaymentHash, Invoice>()

  /** It is being sent, perhaps again. */
  notePayment(hash: PaymentHash): void {
    this.#payments.delete(hash)
    this.#payments.set(hash, undefined)
    dropOldest(this.#payments, MOST_PAYMENTS)
  }

  /** It has ended, in these failures; none: it is settled, and Eclair lists it. */
  noteEnded(hash: PaymentHash, failed: readonly Transaction[]): void {
    if (failed.length === 0) this.#payments.delete(hash)
    else if (this.#payments.has(hash)) this.#payments.set(hash, failed)
  }

  get payments(): readonly (readonly [PaymentHash, readonly Transaction[] | undefined])[] {
    return [...this.#payments]
  }

  noteCanceled(invoice: Invoice): void {
    this.#canceled.set(invoice.paymentHash, invoice)
    dropOldest(this.#canceled, MOST_INVOICES)
  }

  canceled(hash: PaymentHash): Invoice | undefined {
    return this.#canceled.get(hash)
  }

  get canceledInvoices(): readonly Invoice[] {
    return [...this.#canceled.values()]
  }
}

function dropOldest<Key>(map: Map<Key, unknown>, most: number): void {
  if (map.size > most) map.delete(map.keys().next().value!)
}
