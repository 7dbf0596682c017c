import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const tellsEventsTwice: BrokenBackend = {
  name: 'tells-events-twice',
  wrong: 'tells every event as often as its backend repeats it',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async *watch(request, next) {
        for await (const event of next(request)) {
          yield event
          yield event
        }
      },
    }),
  fails: ['event-settled-once'],
}
