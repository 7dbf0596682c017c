import { createHash } from 'node:crypto'
import { decodeInvoiceRequest, encodeBolt12Invoice } from '@lightning-mcp/codec'
import { LightningError, type Msat } from '@lightning-mcp/core'
import { draftInvoice, FINAL_CLTV_DELTA } from '../invoices/create-invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { nodePrivateKey } from '../nodes/keys.ts'
import { toInvoice } from '../to-core.ts'
import { isActive } from './offer.ts'

/** BOLT 12's default, as Core Lightning uses it. */
const EXPIRY_SECONDS = 7200

/** What a payer and the owner both know of an invoice and nobody else: it stands for the path in the invoice. */
export const pathSecret = (invoice: string): string => createHash('sha256').update(invoice).digest('hex')

/** The owner of an offer answers a request for an invoice (`lnr1…`), or refuses. Answers `lni1…`. */
export function answerRequest(state: NetworkState, owner: string, invoiceRequest: string): string {
  const request = decodeInvoiceRequest(invoiceRequest)
  const offer = state.offers.get(owner)?.find(({ offerId }) => offerId === request.offerId)
  if (offer === undefined || request.network !== 'regtest') throw refused('it knows no such offer')
  if (!isActive(offer, state.now())) throw refused('the offer is no longer available')
  const amountMsat = request.requestedMsat ?? request.offerAmountMsat
  if (amountMsat === undefined) throw refused('the request names no amount')
  if (amountMsat < (offer.amountMsat ?? 0n)) throw refused('the amount is less than the offer asks for')
  return bookInvoice(state, owner, {
    offerId: offer.offerId,
    description: offer.description,
    amountMsat,
    invoiceRequest,
  })
}

function bookInvoice(
  state: NetworkState,
  owner: string,
  order: { offerId: string; description: string | undefined; amountMsat: Msat; invoiceRequest: string },
): string {
  const { offerId, description, amountMsat, invoiceRequest } = order
  const invoice = draftInvoice(state, { node: owner, amountMsat, description, expirySeconds: EXPIRY_SECONDS })
  const text = encodeBolt12Invoice(
    {
      invoiceRequest,
      paymentHash: invoice.paymentHash,
      amountMsat,
      createdAt: invoice.createdAt,
      expirySeconds: EXPIRY_SECONDS,
      minFinalCltvDelta: FINAL_CLTV_DELTA,
    },
    nodePrivateKey(state.seed, owner),
  )
  invoice.offerId = offerId
  invoice.paymentSecret = pathSecret(text)
  state.add({ type: 'invoice', value: invoice })
  state.emit(owner, { type: 'invoice-created', invoice: toInvoice(invoice, state.now()) })
  return text
}

const refused = (reason: string): LightningError =>
  new LightningError({
    code: 'recipient_rejected',
    message: `the owner of the offer refuses: ${reason}`,
    hint: 'Ask the recipient for another offer.',
    sent: 'no',
  })
