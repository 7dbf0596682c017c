import type { OnchainSend } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const sendsOnchainTwice: BrokenBackend = {
  name: 'sends-onchain-twice',
  wrong: 'sends coins again when the first reply is lost',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        const lost = operation === 'onchain.send' && (answer as OnchainSend).status === 'unknown'
        return lost ? next() : answer
      },
    }),
  fails: ['onchain-send-reply-lost-not-repeated', 'label-finds-lost-sending'],
}
