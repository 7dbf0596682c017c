import { msat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const ignoresMaxFee: BrokenBackend = {
  name: 'ignores-max-fee',
  wrong: 'pays whatever fee the route asks for',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: ({ operation, request }, next) =>
        operation === 'payInvoice' ? next({ ...request, maxFeeMsat: msat(10_000_000n) }) : next(),
    }),
  fails: [
    'max-fee-zero',
    'max-fee-exact-boundary',
    'max-fee-exceeded-fails-safe',
    'failed-then-retry-same-hash',
  ],
}
