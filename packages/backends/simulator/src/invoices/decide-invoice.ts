import { LightningError, type PaymentHash, type Preimage } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { cancelInvoice, settleInvoice } from '../payments/receive.ts'
import { hashOf } from './create-invoice.ts'
import type { SimulatedInvoice } from './invoice.ts'

const notFound = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'no accepted hold invoice has this preimage',
    hint: 'Look the invoice up: it must be accepted before it can be settled.',
    sent: 'no',
  })

/** Settles the accepted hold invoice of this preimage; one that is settled is answered again. */
export function settleHoldInvoice(state: NetworkState, node: string, preimage: Preimage): SimulatedInvoice {
  const invoice = state.invoices.get(node)?.get(hashOf(preimage))
  if (invoice?.status === 'settled') return invoice
  if (invoice?.status !== 'accepted') throw notFound()
  settleInvoice(state, invoice, preimage)
  return invoice
}

/** Cancels an invoice that is not settled; one that is canceled is answered again. */
export function cancelOpenInvoice(state: NetworkState, node: string, hash: PaymentHash): SimulatedInvoice {
  const invoice = state.invoices.get(node)?.get(hash)
  if (invoice === undefined)
    throw new LightningError({
      code: 'not_found',
      message: 'this wallet has no invoice with that payment hash',
      hint: 'Check the payment hash.',
      sent: 'no',
    })
  if (invoice.status === 'settled')
    throw new LightningError({
      code: 'already_paid',
      message: 'the invoice is paid and cannot be canceled',
      hint: 'To give the money back, pay an invoice of the payer.',
    })
  if (invoice.status !== 'canceled') cancelInvoice(state, invoice)
  return invoice
}
