import { ZERO_MSAT } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import { type BrokenBackend, everyPayment } from '../broken-backend.ts'

export const losesTheFee: BrokenBackend = {
  name: 'loses-the-fee',
  wrong: 'tells a fee of zero for every settled payment',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: everyPayment((payment) =>
        payment.status === 'settled' ? { ...payment, feeMsat: ZERO_MSAT } : payment,
      ),
    }),
  fails: [
    'fee-in-msat-from-sat-backend',
    'outgoing-sign-normalised',
    'max-fee-exact-boundary',
    'failed-then-retry-same-hash',
  ],
}
