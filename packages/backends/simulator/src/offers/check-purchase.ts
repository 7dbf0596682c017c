import { type DecodedBolt12Invoice, decodeBolt12Invoice, decodeOffer } from '@lightning-mcp/codec'
import { LightningError, type PayOfferRequest } from '@lightning-mcp/core'
import { assertAnswers } from './fetch-invoice.ts'

/** A fetched invoice with the offer that it belongs to. */
export type FetchedPurchase = Omit<PayOfferRequest, 'signal' | 'invoice'> & { invoice: string }

/** Reads a fetched invoice that is about to be paid, and refuses one that is not of the offer. Sends nothing. */
export function checkPurchase(
  request: Pick<FetchedPurchase, 'offer' | 'invoice' | 'amountMsat'>,
  nowSeconds: number,
): DecodedBolt12Invoice {
  const invoice = decodeBolt12Invoice(request.invoice)
  assertAnswers(invoice, decodeOffer(request.offer))
  if (nowSeconds >= invoice.expiresAt)
    throw new LightningError({
      code: 'invoice_expired',
      message: 'the invoice of the offer has expired',
      hint: 'Fetch a fresh one.',
    })
  if (request.amountMsat !== undefined && request.amountMsat !== invoice.amountMsat)
    throw new LightningError({
      code: 'invalid_invoice',
      message: 'the invoice of the offer asks for another amount',
      hint: 'Fetch a fresh one for that amount.',
    })
  return invoice
}
