import {
  type Invoice,
  type InvoicesFacet,
  LightningError,
  type PaymentHash,
  paymentHash,
} from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import { toInvoice, toList } from '../to-core.ts'

const REMEMBERED = 10_000

/** Core Lightning deletes what is canceled. That it was, is known as long as this process lives. */
export class CanceledInvoices {
  readonly #invoices = new Map<PaymentHash, Invoice>()

  get(hash: PaymentHash): Invoice | undefined {
    return this.#invoices.get(hash)
  }

  add(invoice: Invoice): Invoice {
    const canceled: Invoice = { ...invoice, status: 'canceled' }
    this.#invoices.set(invoice.paymentHash, canceled)
    if (this.#invoices.size > REMEMBERED)
      this.#invoices.delete(this.#invoices.keys().next().value as PaymentHash)
    return canceled
  }
}

export function createInvoicesFacet(client: ClnClient, canceled: CanceledInvoices): InvoicesFacet {
  const read = async (hash: PaymentHash, signal: AbortSignal | undefined) =>
    toList((await client.call('listinvoices', { payment_hash: hash }, { signal })).invoices)[0]
  return {
    async cancel({ paymentHash: given, signal }) {
      const hash = paymentHash(given)
      const raw = await read(hash, signal)
      if (raw === undefined) {
        const before = canceled.get(hash)
        if (before !== undefined) return before
        throw new LightningError({
          code: 'not_found',
          message: 'Core Lightning has no invoice with this payment hash',
          hint: 'Check the payment hash; a canceled invoice is deleted.',
          sent: 'no',
        })
      }
      const invoice = toInvoice(raw, Math.floor(Date.now() / 1000))
      if (invoice.status === 'settled')
        throw new LightningError({
          code: 'already_paid',
          message: 'the invoice is already settled',
          hint: 'It can no longer be canceled.',
        })
      try {
        // the node checks the status again, in the same step that deletes
        await client.call('delinvoice', { label: raw.label, status: raw.status }, { signal })
      } catch (error) {
        signal?.throwIfAborted()
        // the answer may have been lost: gone is canceled
        const lost = LightningError.is(error) && error.backend === undefined
        if (!lost || (await read(hash, signal)) !== undefined) throw error
      }
      return canceled.add(invoice)
    },
  }
}
