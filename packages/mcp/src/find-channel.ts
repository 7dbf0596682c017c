import { type CallOptions, type Channel, type ChannelRef, LightningError } from '@lightning-mcp/core'
import type { NodeReader } from '@lightning-mcp/wallet'

const PAGE = 1_000

const isNamed = (channel: Channel, ref: ChannelRef): boolean =>
  (ref.channelId !== undefined && ref.channelId === channel.channelId) ||
  (ref.fundingOutpoint !== undefined && ref.fundingOutpoint === channel.fundingOutpoint) ||
  (ref.shortChannelId !== undefined && ref.shortChannelId === channel.shortChannelId)

/** All open channels, however many pages they are. */
export async function allChannels(
  channels: NonNullable<NodeReader['channels']>,
  options: CallOptions,
): Promise<Channel[]> {
  const found: Channel[] = []
  let cursor: string | undefined
  do {
    const page = await channels.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }), ...options })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

/** The open channel of that name. Throws `not_found`. */
export async function findChannel(
  channels: NonNullable<NodeReader['channels']>,
  ref: ChannelRef,
  options: CallOptions,
): Promise<Channel> {
  const found = (await allChannels(channels, options)).find((channel) => isNamed(channel, ref))
  if (found !== undefined) return found
  throw new LightningError({
    code: 'not_found',
    message: 'This node has no such open channel.',
    hint: 'Call list_channels and give one of the names that it shows.',
    sent: 'no',
  })
}
