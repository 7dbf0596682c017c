import type { ChannelOperation } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const opensTwice: BrokenBackend = {
  name: 'opens-twice',
  wrong: 'opens a channel again when the first reply is lost',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        const lost = operation === 'channels.open' && (answer as ChannelOperation).status === 'unknown'
        return lost ? next() : answer
      },
    }),
  fails: ['open-reply-lost-not-reopened'],
}
