import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const hidesGaps: BrokenBackend = {
  name: 'hides-gaps',
  wrong: 'comes back after a broken stream as if nothing had been missed',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async *watch(request, next) {
        for await (const event of next(request)) if (event.type !== 'gap') yield event
      },
    }),
  fails: ['event-gap-healed-by-reconcile', 'reconnect-with-backoff', 'slow-consumer-bounded'],
}
