import { type Channel, type ChannelRef, LightningError } from '@lightning-mcp/core'
import type { EclairClient, Form } from '../client.ts'
import { type ReadChannel, readChannel } from '../raw-channel.ts'
import { toList } from '../to-core.ts'

export const nameOf = ({ channelId, fundingOutpoint, shortChannelId }: ChannelRef): string =>
  channelId ?? fundingOutpoint ?? shortChannelId ?? ''

export async function readChannels(
  client: EclairClient,
  signal: AbortSignal | undefined,
): Promise<readonly ReadChannel[]> {
  const answer = toList(await client.call('channels', {}, { signal }), 'channels')
  return answer.flatMap((each) => readChannel(each) ?? [])
}

export const listChannels = async (
  client: EclairClient,
  signal: AbortSignal | undefined,
): Promise<readonly Channel[]> => (await readChannels(client, signal)).map(({ channel }) => channel)

/** How Eclair is told which channel is meant. */
export function channelForm({ channelId, shortChannelId }: ChannelRef): Form | undefined {
  if (channelId !== undefined) return { channelId }
  return shortChannelId === undefined ? undefined : { shortChannelId }
}

/** Eclair knows channels by two of their three names: the third is looked up. */
export async function needChannel(
  client: EclairClient,
  ref: ChannelRef,
  signal: AbortSignal | undefined,
): Promise<Form> {
  const given = channelForm(ref)
  if (given !== undefined) return given
  const found = (await listChannels(client, signal)).find(
    ({ fundingOutpoint }) => fundingOutpoint !== undefined && fundingOutpoint === ref.fundingOutpoint,
  )
  const form = found === undefined ? undefined : channelForm(found)
  if (form === undefined) throw noSuchChannel()
  return form
}

export const noSuchChannel = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'Eclair has no such channel',
    hint: 'Look into the list of channels.',
    sent: 'no',
  })
