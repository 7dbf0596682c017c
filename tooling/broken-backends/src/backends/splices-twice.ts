import type { ChannelOperation } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const splicesTwice: BrokenBackend = {
  name: 'splices-twice',
  wrong: 'splices again when the first reply is lost',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        const lost = operation === 'splicing.spliceIn' && (answer as ChannelOperation).status === 'unknown'
        return lost ? next() : answer
      },
    }),
  fails: ['splice-reply-lost-not-repeated'],
}
