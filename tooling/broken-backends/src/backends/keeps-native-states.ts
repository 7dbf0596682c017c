import type { Channel, Page } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const keepsNativeStates: BrokenBackend = {
  name: 'keeps-native-states',
  wrong: "hands on its node's own names of channel states",
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'channels.list') return answer
        const page = answer as Page<Channel>
        return { ...page, items: page.items.map((channel) => ({ ...channel, state: 'CHANNELD_NORMAL' })) }
      },
    }),
  fails: ['outgoing-channel-is-used', 'channel-states-normalised', 'opened-channel-becomes-active'],
}
