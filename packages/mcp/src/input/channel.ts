import { type ChannelRef, LightningError } from '@lightning-mcp/core'

const SHORT = /^(\d{1,8})[x:](\d{1,8})[x:](\d{1,5})$/
const OUTPOINT = /^[0-9a-f]{64}:\d{1,5}$/i
const LONG = /^[0-9a-f]{64}$/i
/** A short channel id as one number: three bytes of height, three of the transaction, two of the output. */
const NUMBER = /^\d{12,20}$/

/** A channel by whichever of its names was given: as `list_channels` shows them, or as nodes write them. */
export function channelRef(text: string): ChannelRef {
  const name = text.trim()
  if (OUTPOINT.test(name)) return { fundingOutpoint: name.toLowerCase() }
  if (LONG.test(name)) return { channelId: name.toLowerCase() }
  const [, height, index, output] = SHORT.exec(name) ?? fromNumber(name)
  if (height !== undefined) return { shortChannelId: `${height}x${index}x${output}` }
  throw new LightningError({
    code: 'invalid_request',
    message: 'channel_id is not the name of a channel.',
    hint: 'Give one that list_channels shows: short channel id (563x1x0), funding outpoint (txid:output) or long channel id.',
  })
}

function fromNumber(text: string): readonly string[] {
  if (!NUMBER.test(text)) return []
  const number = BigInt(text)
  return [text, `${number >> 40n}`, `${(number >> 16n) & 0xff_ffffn}`, `${number & 0xffffn}`]
}

/** The name to use in further calls: the short one where there is one yet. */
export const channelName = ({ shortChannelId, fundingOutpoint, channelId }: ChannelRef): string =>
  shortChannelId ?? fundingOutpoint ?? channelId ?? ''
