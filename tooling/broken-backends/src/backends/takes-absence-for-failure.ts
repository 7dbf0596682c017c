import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const takesAbsenceForFailure: BrokenBackend = {
  name: 'takes-absence-for-failure',
  wrong: 'calls a payment failed that a look-up does not find',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation, request }, next) {
        const answer = await next()
        if (operation !== 'lookupPayment' || answer !== undefined) return answer
        const failure = { reason: 'other', sameHashRetryable: true }
        return { paymentHash: request?.paymentHash, status: 'failed', failure }
      },
    }),
  fails: [
    'pay-fixed-refuses-amount',
    'pay-expired-not-sent',
    'pay-wrong-network-not-sent',
    'lookup-not-found-once-then-appears',
    'keysend-found-by-label',
    'offer-fetched-invoice-is-paid',
    'probe-declared-side-effecting',
  ],
}
