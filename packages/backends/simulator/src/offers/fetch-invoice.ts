import {
  type DecodedBolt12Invoice,
  type DecodedOffer,
  decodeBolt12Invoice,
  decodeOffer,
  encodeInvoiceRequest,
} from '@lightning-mcp/codec'
import { type FetchedInvoice, LightningError, type Msat } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes } from '../nodes/keys.ts'
import { answerRequest } from './answer-request.ts'

const METADATA_BYTES = 16

export interface OfferPurchase {
  offer: string
  amountMsat?: Msat | undefined
  payerNote?: string | undefined
}

/** Reads an offer that is about to be paid, and refuses what nobody may pay. Sends nothing. */
export function checkOffer({ offer, amountMsat }: OfferPurchase, nowSeconds: number): DecodedOffer {
  const decoded = decodeOffer(offer)
  if (!decoded.networks.includes('regtest'))
    throw refuse('wrong_network', 'the offer is for another network', 'Ask for an offer on regtest.')
  if (decoded.expiresAt !== undefined && nowSeconds >= decoded.expiresAt)
    throw refuse('invoice_expired', 'the offer has expired', 'Ask the recipient for another offer.')
  if (decoded.currency !== undefined)
    throw refuse('unsupported', 'the offer is priced in another currency', 'Ask for an offer in bitcoin.')
  if (decoded.amountMsat !== undefined && amountMsat !== undefined)
    throw refuse('amount_not_allowed', 'the offer says the amount itself', 'Leave the amount out.')
  if (decoded.amountMsat === undefined && amountMsat === undefined)
    throw refuse('amount_required', 'the offer leaves the amount to the payer', 'Give an amount.')
  return decoded
}

/** Asks the owner of an offer for an invoice, and checks that it is one for what was asked. */
export function fetchInvoice(state: NetworkState, name: string, purchase: OfferPurchase): FetchedInvoice {
  const offer = checkOffer(purchase, state.now())
  const owner = state.nodesById.get(offer.issuerId ?? ('' as never))
  if (owner === undefined || !owner.online || !state.node(name).online)
    throw refuse(
      'unavailable',
      'the owner of the offer does not answer',
      'Try again later, or ask the recipient for a BOLT 11 invoice.',
    )
  const text = answerRequest(state, owner.name, requestFor(state, name, offer, purchase))
  const invoice = decodeBolt12Invoice(text)
  assertAnswers(invoice, offer)
  const { paymentHash, amountMsat, expiresAt } = invoice
  return { invoice: invoice.invoice, paymentHash, amountMsat, expiresAt }
}

/** Refuses an invoice that was made for another offer. */
export function assertAnswers(invoice: DecodedBolt12Invoice, offer: DecodedOffer): void {
  if (invoice.offerId !== offer.offerId || invoice.network !== 'regtest')
    throw refuse('invalid_invoice', 'the invoice is not one of this offer', 'Fetch a fresh invoice.')
  if (invoice.amountMsat < (offer.amountMsat ?? 0n))
    throw refuse('invalid_invoice', 'the invoice asks for less than its offer', 'Fetch a fresh invoice.')
}

function requestFor(state: NetworkState, name: string, offer: DecodedOffer, purchase: OfferPurchase): string {
  const sequence = state.nextSequence()
  const metadata = deriveBytes(state.seed, 'request', name, sequence).subarray(0, METADATA_BYTES)
  return encodeInvoiceRequest(
    {
      offer: offer.offer,
      network: 'regtest',
      metadata: Buffer.from(metadata).toString('hex'),
      ...(purchase.amountMsat === undefined ? {} : { amountMsat: purchase.amountMsat }),
      ...(purchase.payerNote === undefined ? {} : { payerNote: purchase.payerNote }),
    },
    // BOLT 12: a key for this request alone, so that payments cannot be linked
    deriveBytes(state.seed, 'payer', name, sequence),
  )
}

const refuse = (code: LightningError['code'], message: string, hint: string): LightningError =>
  new LightningError({ code, message, hint })
