import { randomBytes } from 'node:crypto'
import { wrapBackend } from '@lightning-mcp/layers'
import { type BrokenBackend, everyPayment } from '../broken-backend.ts'

export const makesUpThePreimage: BrokenBackend = {
  name: 'makes-up-the-preimage',
  wrong: 'hands on a proof of payment without checking that it hashes to the hash',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: everyPayment((payment) =>
        payment.preimage === undefined ? payment : { ...payment, preimage: randomBytes(32).toString('hex') },
      ),
    }),
  fails: [
    'fee-in-msat-from-sat-backend',
    'pay-settles-with-preimage-that-hashes',
    'pay-amountless-needs-amount',
    'max-fee-zero',
    'max-fee-exact-boundary',
    'connection-lost-before-send-unavailable',
    'connection-lost-after-send-unknown-then-settled',
    'reply-timeout-with-htlc-held-pending',
    'error-reply-while-part-in-flight-is-pending',
    'partial-mpp-success-counts-all-parts',
    'lookup-not-found-once-then-appears',
    'failed-then-retry-same-hash',
    'abort-signal-does-not-mark-failed',
    'malformed-reply-unknown',
    'keysend-records-hash-first',
    'by-hash-guard-refuses-second-send',
    'outgoing-channel-is-used',
    'keysend-found-by-label',
    'offer-fetched-invoice-is-paid',
    'rate-limit-backs-off',
  ],
}
