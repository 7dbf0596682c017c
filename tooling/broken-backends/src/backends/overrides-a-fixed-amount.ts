import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const overridesAFixedAmount: BrokenBackend = {
  name: 'overrides-a-fixed-amount',
  wrong: 'takes an amount beside a fixed invoice and pays the invoice all the same',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation !== 'payInvoice') return next()
        try {
          return await next()
        } catch (error) {
          if (!LightningError.is(error) || error.code !== 'amount_not_allowed') throw error
          const { amountMsat: _, ...rest } = request ?? {}
          return next(rest)
        }
      },
    }),
  fails: ['refusals-make-no-wire-call', 'pay-fixed-refuses-amount'],
}
