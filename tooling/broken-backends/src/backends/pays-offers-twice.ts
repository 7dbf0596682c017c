import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const paysOffersTwice: BrokenBackend = {
  name: 'pays-offers-twice',
  wrong: 'pays an offer again when the first reply is lost',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        try {
          return await next()
        } catch (error) {
          const lost = LightningError.is(error) && error.code === 'outcome_unknown'
          if (operation !== 'offers.pay' || !lost) throw error
          return next()
        }
      },
    }),
  fails: ['offer-pay-unknown-not-repeated', 'offer-lost-payment-listed'],
}
