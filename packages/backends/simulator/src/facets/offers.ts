import type { OffersFacet, Payment } from '@lightning-mcp/core'
import type { SimulatorClock } from '../clock.ts'
import { checkPurchase } from '../offers/check-purchase.ts'
import { checkOffer } from '../offers/fetch-invoice.ts'
import { ask, askOnce, type Connection } from '../service/connection.ts'

/** Offers of the wallet's node, and of others. */
export const createOffers = (connection: Connection, clock: SimulatorClock): Required<OffersFacet> => {
  const nowSeconds = (): number => Math.floor(clock.now() / 1000)
  const fetchInvoice: NonNullable<OffersFacet['fetchInvoice']> = async ({ signal, ...request }) => {
    checkOffer(request, nowSeconds())
    return ask(connection, signal, 'fetchInvoice', request)
  }
  return {
    create: ({ signal, ...request }) => ask(connection, signal, 'createOffer', request),
    list: ({ signal, ...request }) => ask(connection, signal, 'listOffers', request),
    disable: ({ signal, offerId }) => ask(connection, signal, 'disableOffer', { offerId }),

    fetchInvoice,

    async pay({ signal, ...request }) {
      const invoice =
        request.invoice ??
        (await fetchInvoice(signal === undefined ? request : { ...request, signal })).invoice
      const { paymentHash, amountMsat } = checkPurchase({ ...request, invoice }, nowSeconds())
      const lost = (): Payment => ({ paymentHash, status: 'unknown', amountMsat })
      return askOnce(connection, signal, lost, 'payOffer', { ...request, invoice })
    },

    listPayments: ({ signal, offer }) => ask(connection, signal, 'listOfferPayments', { offer }),
  }
}
