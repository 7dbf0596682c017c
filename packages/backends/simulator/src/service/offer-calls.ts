import { decodeOffer } from '@lightning-mcp/codec'
import {
  type FetchedInvoice,
  msat,
  type Offer,
  type Page,
  type PageRequest,
  type Payment,
} from '@lightning-mcp/core'
import { FINAL_CLTV_DELTA } from '../invoices/create-invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { pathSecret } from '../offers/answer-request.ts'
import { checkPurchase, type FetchedPurchase } from '../offers/check-purchase.ts'
import { fetchInvoice, type OfferPurchase } from '../offers/fetch-invoice.ts'
import { createOffer, disableOffer, listOffers, type OfferOrder } from '../offers/keep-offers.ts'
import { toOffer } from '../offers/offer.ts'
import { toPayment } from '../to-core.ts'
import { checkTimeout } from './payment-calls.ts'
import { sendPayment } from './send-payment.ts'

/** BOLT 12 offers of this node, and of others for it to pay. */
export const offerCalls = (state: NetworkState, name: string) => ({
  createOffer: (request: OfferOrder): Offer =>
    toOffer(
      state.change(() => createOffer(state, name, request)),
      state.now(),
    ),

  listOffers: (request: PageRequest): Page<Offer> => listOffers(state, name, request),

  disableOffer: (request: { offerId: string }): Offer =>
    toOffer(
      state.change(() => disableOffer(state, name, request.offerId)),
      state.now(),
    ),

  fetchInvoice: (request: OfferPurchase): FetchedInvoice =>
    state.change(() => fetchInvoice(state, name, request)),

  payOffer: (request: FetchedPurchase): Payment | Promise<Payment> => {
    const invoice = checkPurchase(request, state.now())
    return sendPayment(state, {
      node: name,
      paymentHash: invoice.paymentHash,
      destination: invoice.nodeId,
      amountMsat: invoice.amountMsat,
      maxFeeMsat: msat(request.maxFeeMsat),
      finalCltvDelta: FINAL_CLTV_DELTA,
      timeoutSeconds: checkTimeout(request.timeoutSeconds),
      paymentSecret: pathSecret(invoice.invoice),
      description: invoice.description,
      offerId: invoice.offerId,
    })
  },

  /** One row per payment hash, that of its newest attempt. */
  listOfferPayments: (request: { offer: string }): readonly Payment[] => {
    const { offerId } = decodeOffer(request.offer)
    return [...(state.payments.get(name)?.values() ?? [])]
      .filter((payment) => payment.offerId === offerId)
      .sort((a, b) => b.sequence - a.sequence)
      .map(toPayment)
  },
})
