import { wrapBackend } from '@lightning-mcp/layers'
import { type BrokenBackend, everyPayment } from '../broken-backend.ts'

export const neverSaysFailed: BrokenBackend = {
  name: 'never-says-failed',
  wrong: 'calls a payment unknown that has failed for good',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: everyPayment(({ failure, ...payment }) =>
        failure === undefined ? payment : { ...payment, status: 'unknown' },
      ),
    }),
  fails: [
    'max-fee-zero',
    'max-fee-exact-boundary',
    'max-fee-exceeded-fails-safe',
    'insufficient-balance-safe',
    'no-route-safe',
    'recipient-rejects',
    'connection-lost-after-send-unknown-then-failed',
    'failed-then-retry-same-hash',
    'max-parts-is-obeyed',
    'last-hop-is-obeyed',
  ],
}
