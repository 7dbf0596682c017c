import type { LightningBackend } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const keepsStreamsOpen: BrokenBackend = {
  name: 'keeps-streams-open',
  wrong: 'forgets its running streams when it is closed',
  breakage: (wallet) => {
    const broken: LightningBackend = Object.create(wrapBackend(wallet, {}))
    return Object.defineProperty(broken, 'close', { value: async () => undefined })
  },
  fails: ['close-ends-streams-and-sockets'],
}
