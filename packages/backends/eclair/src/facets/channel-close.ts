import { type ChannelOperation, type ChannelRef, LightningError } from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { shownText } from '../errors.ts'
import { sendOnce, unsent } from '../send-once.ts'
import { isText } from '../to-core.ts'
import { needChannel, noSuchChannel } from './channel-names.ts'
import { wholeRate } from './channel-rates.ts'

interface CloseRequest {
  channel: ChannelRef
  mode: 'cooperative' | 'force'
  feeRateSatPerVbyte?: number
  signal?: AbortSignal
}

/**
 * `close` and `forceclose` are calls of their own, so that the one never turns into the other here. Both
 * answer at once, with status 200 and one text for each channel: captures close, close-unknown, forceclose.
 */
export async function closeChannel(client: EclairClient, request: CloseRequest): Promise<ChannelOperation> {
  const { channel, mode, signal } = request
  const rate = wholeRate(request.feeRateSatPerVbyte)
  if (mode !== 'cooperative' && mode !== 'force')
    throw new LightningError({
      code: 'invalid_request',
      message: 'a channel is closed cooperatively or by force',
    })
  const form = await unsent(() => needChannel(client, channel, signal), signal)
  // a commitment was signed with its own rate long ago
  const terms = mode === 'force' ? {} : { preferredFeerateSatByte: rate, maxFeerateSatByte: rate }
  const sent = await sendOnce(
    client,
    mode === 'force' ? 'forceclose' : 'close',
    { ...form, ...terms },
    { signal },
  )
  const named = { ...channel }
  if (sent.kind === 'lost') return { ...named, status: 'unknown' }
  if (sent.kind === 'refused') return { ...named, status: 'unknown', detail: sent.shown }
  const words = Object.values((sent.answer ?? {}) as Record<string, unknown>).find(isText) ?? ''
  if (/^closed channel /.test(words)) return { ...named, status: 'pending' }
  if (/^channel \w+ not found$/.test(words)) throw noSuchChannel()
  return { ...named, status: 'unknown', ...(words === '' ? {} : { detail: shownText(words) }) }
}
