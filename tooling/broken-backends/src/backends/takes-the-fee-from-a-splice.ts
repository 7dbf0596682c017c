import { type Sat, sat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

const FEE_SAT = 500n

export const takesTheFeeFromASplice: BrokenBackend = {
  name: 'takes-the-fee-from-a-splice',
  wrong: 'takes the fee of a splice out of its amount',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation !== 'splicing.spliceIn') return next()
        return next({ ...request, amountSat: sat((request?.amountSat as Sat) - FEE_SAT) })
      },
    }),
  fails: ['splice-reply-lost-not-repeated', 'splice-moves-amount-exactly'],
}
