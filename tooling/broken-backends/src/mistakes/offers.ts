import { decodeOffer } from '@lightning-mcp/codec'
import { LightningError } from '@lightning-mcp/core'
import type { Mistake } from '../mistake.ts'

export const offerMistakes: readonly Mistake[] = [
  {
    name: 'offers-for-ever',
    wrong: 'makes offers that never expire',
    operation: 'offers.create',
    ask: ({ expirySeconds: _, ...request }) => request,
    fails: ['offer-decodes-to-request'],
  },
  {
    name: 'repeats-the-newest-offers',
    wrong: 'answers the first page of offers to every cursor',
    operation: 'offers.list',
    ask: ({ cursor: _, ...request }) => request,
    fails: ['offer-pages-join'],
  },
  {
    name: 'stops-no-offer',
    wrong: 'says that an offer is stopped and goes on taking money for it',
    operation: 'offers.disable',
    instead: ({ offerId }) => ({ offer: '', offerId, active: false }),
    fails: ['offer-paid-until-disabled'],
  },
  {
    name: 'pays-another-invoice',
    wrong: 'fetches a new invoice instead of paying the one that was given',
    operation: 'offers.pay',
    ask: ({ invoice: _, ...request }) => request,
    fails: ['offer-fetched-invoice-is-paid'],
  },
  {
    name: 'knows-one-silence',
    wrong: 'tells by nothing why no invoice was fetched',
    operation: 'offers.fetchInvoice',
    fail: () => new LightningError({ code: 'protocol_error', message: 'no invoice came' }),
    fails: ['offer-owner-unreachable', 'offer-owner-refuses'],
  },
  {
    name: 'overlooks-an-amount',
    wrong: 'pays an offer with its own amount although another one was given',
    operation: 'offers.pay',
    ask: (request) => {
      const { amountMsat: _, ...rest } = request
      return decodeOffer(String(request.offer)).amountMsat === undefined ? request : rest
    },
    fails: ['offer-pay-amount'],
  },
  {
    name: 'lists-no-offer-payment',
    wrong: 'knows of no payment to an offer',
    operation: 'offers.listPayments',
    instead: () => [],
    fails: ['offer-lost-payment-listed'],
  },
]
