import {
  type Channel,
  type ChannelsFacet,
  checkPageLimit,
  type Page,
  type PageRequest,
} from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { pageDownwards } from '../paging.ts'
import { readClosedChannel } from '../raw-channel.ts'
import { toList, toMsat, toObject } from '../to-core.ts'
import { closeChannel } from './channel-close.ts'
import { listChannels, nameOf, readChannels } from './channel-names.ts'
import { openChannel } from './channel-open.ts'
import { updatePolicy } from './channel-policy.ts'

/** `closedchannels` answers ten at a time where nothing is said. */
const CLOSED_AT_ONCE = 100

/** Channels: `channels` for all that are not closed, with what Eclair's own balances say beside it. */
export function createChannelsFacet(client: EclairClient): ChannelsFacet {
  const all = (signal: AbortSignal | undefined) => listChannels(client, signal)
  return {
    async list(request) {
      checkPageLimit(request.limit)
      const [channels, balances] = await Promise.all([
        readChannels(client, request.signal),
        client.call('channelbalances', {}, { signal: request.signal }),
      ])
      const usable = balancesOf(balances)
      const open = channels
        .filter(({ channel }) => channel.state === 'active' || channel.state === 'inactive')
        .map(({ channel, alias }) => ({ ...channel, ...usable.get(alias ?? '') }))
      return pageDownwards(open, request, nameOf)
    },
    async listPending({ signal }) {
      return (await all(signal)).filter(({ state }) => state !== 'active' && state !== 'inactive')
    },
    listClosed: (request) => listClosed(client, request),
    open: (request) => openChannel(client, request),
    close: (request) => closeChannel(client, request),
    updatePolicy: ({ channel, policy, signal }) =>
      updatePolicy(client, { channel, policy, channels: () => all(signal), signal }),
  }
}

/** What can be sent and received now, by the alias of the channel. */
function balancesOf(answer: unknown): ReadonlyMap<string, Pick<Channel, 'spendableMsat' | 'receivableMsat'>> {
  return new Map(
    toList(answer, 'channelbalances').map((each) => {
      const raw = toObject<{ aliases?: { localAlias?: string }; canSend?: unknown; canReceive?: unknown }>(
        each,
        'the balance of a channel',
      )
      const amounts = { spendableMsat: toMsat(raw.canSend), receivableMsat: toMsat(raw.canReceive) }
      return [raw.aliases?.localAlias ?? '-', amounts] as const
    }),
  )
}

async function listClosed(
  client: EclairClient,
  request: PageRequest & { signal?: AbortSignal },
): Promise<Page<Channel>> {
  checkPageLimit(request.limit)
  const channels: Channel[] = []
  for (let skip = 0; ; skip += CLOSED_AT_ONCE) {
    const answer = await client.call('closedchannels', { count: CLOSED_AT_ONCE, skip }, request)
    const read = toList(answer, 'closedchannels').map(readClosedChannel)
    channels.push(...read)
    if (read.length < CLOSED_AT_ONCE) return pageDownwards(channels, request, nameOf)
  }
}
