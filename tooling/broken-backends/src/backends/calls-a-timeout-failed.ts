import { wrapBackend } from '@lightning-mcp/layers'
import { type BrokenBackend, isPayment } from '../broken-backend.ts'

export const callsATimeoutFailed: BrokenBackend = {
  name: 'calls-a-timeout-failed',
  wrong: 'answers failed for a payment that is pending or unknown when its time is over',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'payInvoice' || !isPayment(answer)) return answer
        if (answer.status !== 'pending' && answer.status !== 'unknown') return answer
        return { ...answer, status: 'failed', failure: { reason: 'timeout', sameHashRetryable: true } }
      },
    }),
  fails: [
    'connection-lost-after-send-unknown-then-settled',
    'connection-lost-after-send-unknown-then-failed',
    'reply-timeout-with-htlc-held-pending',
    'error-reply-while-part-in-flight-is-pending',
    'abort-signal-does-not-mark-failed',
    'malformed-reply-unknown',
  ],
}
