import {
  type Invoice,
  type InvoicesFacet,
  LightningError,
  type PaymentHash,
  paymentHash,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'

export type LookUpInvoice = (
  hash: PaymentHash,
  signal: AbortSignal | undefined,
) => Promise<Invoice | undefined>

/** Withdrawing an invoice: CancelInvoice of LND's sub-server for hold invoices takes plain ones as well. */
export function createInvoicesFacet(client: LndClient, lookUp: LookUpInvoice): InvoicesFacet {
  return { cancel: ({ paymentHash: hash, signal }) => cancelInvoice(client, lookUp, hash, signal) }
}

/** LND answers a second cancel like the first. */
export async function cancelInvoice(
  client: LndClient,
  lookUp: LookUpInvoice,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Invoice> {
  await client.call('cancelInvoice', { payment_hash: Buffer.from(paymentHash(hash), 'hex') }, { signal })
  return mustExist(await lookUp(hash, signal))
}

export function mustExist(invoice: Invoice | undefined): Invoice {
  if (invoice !== undefined) return invoice
  throw new LightningError({
    code: 'not_found',
    message: 'LND has no invoice with this payment hash',
    hint: 'Check the payment hash.',
  })
}
