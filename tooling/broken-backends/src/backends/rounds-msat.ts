import { type Balance, type Msat, msat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

const rounded = (amountMsat: bigint): Msat => msat((amountMsat / 1000n) * 1000n)

export const roundsMsat: BrokenBackend = {
  name: 'rounds-msat',
  wrong: 'makes invoices and tells balances in whole sats',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation === 'createInvoice' && typeof request?.amountMsat === 'bigint')
          return next({ ...request, amountMsat: rounded(request.amountMsat) })
        const answer = await next()
        if (operation !== 'getBalance') return answer
        const balance = answer as Balance
        return {
          ...balance,
          spendableMsat: rounded(balance.spendableMsat),
          channelsMsat: rounded(balance.channelsMsat ?? 0n),
        }
      },
    }),
  fails: [
    'balance-msat-exact',
    'fee-in-msat-from-sat-backend',
    'create-fixed',
    'lookup-open',
    'lookup-settled-with-received-amount',
    'lookup-overpaid',
    'failed-then-retry-same-hash',
    'offer-pay-unknown-not-repeated',
    'by-hash-guard-refuses-second-send',
    'keysend-found-by-label',
    'offer-paid-until-disabled',
    'offer-pay-amount',
  ],
}
