import type { NodeInfo } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const namesAnotherNetwork: BrokenBackend = {
  name: 'names-another-network',
  wrong: "hands on its node's own name of the network",
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        return operation === 'getInfo' ? { ...(answer as NodeInfo), network: 'bitcoin' } : answer
      },
    }),
  fails: ['info-network-normalised'],
}
