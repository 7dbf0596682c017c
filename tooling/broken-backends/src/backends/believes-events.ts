import type { Invoice } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const believesEvents: BrokenBackend = {
  name: 'believes-events',
  wrong: 'answers look-ups from what an event has claimed',
  breakage: (wallet) => {
    const claimed = new Map<unknown, Invoice>()
    return wrapBackend(wallet, {
      call: async ({ operation, request }, next) =>
        (operation === 'lookupInvoice' ? claimed.get(request?.paymentHash) : undefined) ?? next(),
      async *watch(request, next) {
        for await (const event of next(request)) {
          if (event.type === 'invoice-settled') claimed.set(event.invoice.paymentHash, event.invoice)
          yield event
        }
      },
    })
  },
  fails: ['forged-event-ignored'],
}
