import type { LightningEvent } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const keepsEveryEvent: BrokenBackend = {
  name: 'keeps-every-event',
  wrong: 'keeps all events for a reader that does not read, without end',
  breakage: (wallet, { connection }) => {
    const kept: LightningEvent[] = []
    const { flood } = connection.streams
    connection.streams.flood = (count) => {
      for (let index = 0; index < count; index++)
        kept.push({ type: 'channel-pending', channelId: String(index) })
      flood(1)
    }
    return wrapBackend(wallet, {
      async *watch(request, next) {
        for await (const event of next(request)) {
          yield* kept.splice(0)
          yield event
        }
      },
    })
  },
  fails: ['slow-consumer-bounded'],
}
