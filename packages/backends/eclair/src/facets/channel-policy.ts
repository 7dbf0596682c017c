import { type Channel, type ChannelPolicy, type ChannelRef, LightningError } from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { shownText } from '../errors.ts'
import { isText, toObject } from '../to-core.ts'
import { noSuchChannel } from './channel-names.ts'

interface PolicyRequest {
  channel: ChannelRef | 'all'
  policy: ChannelPolicy
  channels(): Promise<readonly Channel[]>
  signal: AbortSignal | undefined
}

/** `updaterelayfee` sets base fee and rate for all channels with a peer, and nothing else. */
export async function updatePolicy(
  client: EclairClient,
  { channel, policy, channels, signal }: PolicyRequest,
): Promise<void> {
  const open = (await channels()).filter(({ state }) => state === 'active' || state === 'inactive')
  const meant = channel === 'all' ? open : open.filter((candidate) => isSame(candidate, channel))
  if (meant.length === 0) throw noSuchChannel()
  for (const each of meant) refuseUnsupported(each, policy)
  const peers = [...new Set(meant.map(({ peer }) => peer))]
  if (channel !== 'all' && open.filter(({ peer }) => peer === peers[0]).length > 1)
    throw unsupported(
      'Eclair sets fees for all channels with a peer, and there are several with this one',
      'Set the fees of all channels.',
    )
  for (const nodeId of peers) {
    const { feeBaseMsat, feeProportionalMillionths } = policy
    const answer = await client.call(
      'updaterelayfee',
      { nodeId, feeBaseMsat, feeProportionalMillionths },
      { signal },
    )
    refuseUndone(answer)
  }
}

/** Each channel comes with "ok", or with what was wrong, at status 200: capture updaterelayfee. */
function refuseUndone(answer: unknown): void {
  const words = Object.values(toObject<Record<string, unknown>>(answer, 'updaterelayfee'))
  const wrong = words.find((each) => each !== 'ok')
  if (wrong === undefined) return
  throw new LightningError({
    code: 'unavailable',
    message: 'Eclair has not set the fees of every channel',
    hint: 'Look into the list of channels; a channel whose peer is away takes the new fees when it is back.',
    sent: 'maybe',
    ...(isText(wrong) ? { backend: { message: shownText(wrong) } } : {}),
  })
}

const isSame = (channel: Channel, ref: ChannelRef): boolean =>
  (['channelId', 'fundingOutpoint', 'shortChannelId'] as const).some(
    (name) => ref[name] !== undefined && ref[name] === channel[name],
  )

function refuseUnsupported({ policy: current }: Channel, wanted: ChannelPolicy): void {
  for (const name of ['cltvExpiryDelta', 'minHtlcMsat', 'maxHtlcMsat'] as const)
    if (wanted[name] !== undefined && current?.[name] !== undefined && wanted[name] !== current[name])
      throw unsupported(
        `Eclair sets a channel's fees only, not its ${name}`,
        'Leave it as the channel has it; eclair.conf sets it for all.',
      )
}

const unsupported = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'unsupported', message, hint })
