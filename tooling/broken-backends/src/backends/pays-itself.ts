import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const paysItself: BrokenBackend = {
  name: 'pays-itself',
  wrong: 'allows a payment to itself without being told to',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: ({ operation, request }, next) =>
        operation === 'payInvoice' ? next({ ...request, allowSelfPayment: true }) : next(),
    }),
  fails: ['self-payment-mapped'],
}
