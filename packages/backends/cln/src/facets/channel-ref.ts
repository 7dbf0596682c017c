import { type ChannelRef, LightningError } from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import type { RawChannel } from '../schemas.ts'
import { toList } from '../to-core.ts'

const notFound = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'this node has no such channel',
    hint: 'Give a short channel id, an outpoint or a channel id of list_channels.',
    sent: 'no',
  })

/** The channel by any of its names. Throws `not_found`. */
export async function findChannel(
  client: ClnClient,
  { channelId, shortChannelId, fundingOutpoint }: ChannelRef,
  signal: AbortSignal | undefined,
): Promise<RawChannel & { channel_id: string }> {
  const channels = toList((await client.call('listpeerchannels', {}, { signal })).channels)
  const found = channels.find(
    (channel) =>
      (channelId !== undefined && channel.channel_id === channelId.toLowerCase()) ||
      (channelId === undefined &&
        shortChannelId !== undefined &&
        channel.short_channel_id === shortChannelId) ||
      (channelId === undefined &&
        shortChannelId === undefined &&
        fundingOutpoint !== undefined &&
        outpointsOf(channel).includes(fundingOutpoint)),
  )
  if (found?.channel_id === undefined) throw notFound()
  return { ...found, channel_id: found.channel_id }
}

const outpointsOf = ({ funding_txid, funding_outnum, inflight = [] }: RawChannel): string[] => [
  `${funding_txid}:${funding_outnum ?? 0}`,
  ...inflight.map((splice) => `${splice.funding_txid}:${splice.funding_outnum}`),
]
