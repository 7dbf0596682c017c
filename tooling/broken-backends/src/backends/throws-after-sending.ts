import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import { type BrokenBackend, isPayment } from '../broken-backend.ts'

export const throwsAfterSending: BrokenBackend = {
  name: 'throws-after-sending',
  wrong: 'throws where a payment that was sent is undecided',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'payInvoice' || !isPayment(answer)) return answer
        if (answer.status === 'settled' || answer.status === 'failed') return answer
        throw new LightningError({ code: 'outcome_unknown', message: 'the connection was lost' })
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
