import {
  type CallOptions,
  type ChannelPolicy,
  type ChannelRef,
  LightningError,
  msat,
} from '@lightning-mcp/core'
import type { NodeReader } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import { findChannel } from '../find-channel.ts'
import { channelName, channelRef } from '../input/channel.ts'
import * as field from '../input/fields.ts'
import { defineTool, REPLACES } from '../tool.ts'

const ALL = 'all'
const MAX_PPM = 1_000_000

type Current = Partial<ChannelPolicy>

/** What the channel charges now, so that what is not named stays as it is. */
async function currentPolicy(
  channels: NodeReader['channels'],
  channel: ChannelRef | typeof ALL,
  options: CallOptions,
): Promise<Current> {
  if (channel === ALL || channels === undefined) return {}
  return (await findChannel(channels, channel, options)).policy ?? {}
}

function required<T>(name: string, given: T | undefined, current: T | undefined): T {
  const value = given ?? current
  if (value !== undefined) return value
  throw new LightningError({
    code: 'invalid_request',
    message: `${name} is missing, and what it is now is not known.`,
    hint: 'Give base_fee_msat, fee_rate_ppm and cltv_expiry_delta together.',
  })
}

export const updateChannelPolicy = defineTool({
  name: 'update_channel_policy',
  title: 'Change routing fees',
  description:
    'Set what this node charges for forwarding through a channel, or through all. What is left out stays as it is; for all, give all three. Spends nothing.',
  effect: 'manage',
  annotations: { ...REPLACES, openWorldHint: true },
  requires: ['channels.updatePolicy'],
  input: z.strictObject({
    channel_id: field.channelIdOrAll,
    base_fee_msat: field.msats('Per payment').optional(),
    fee_rate_ppm: z.int().min(0).max(MAX_PPM).describe('Millionths of the amount').optional(),
    cltv_expiry_delta: z.int().min(1).max(2_016).describe('Blocks').optional(),
    min_htlc_msat: field.msats('Smallest payment').optional(),
    max_htlc_msat: field.msats('Largest payment').optional(),
  }),
  output: z.object({
    channel_id: z.string(),
    base_fee_msat: z.int(),
    fee_rate_ppm: z.int(),
    cltv_expiry_delta: z.int(),
  }),
  async run(args, { wallet, signal }) {
    const update = wallet.manage.channels?.updatePolicy ?? unsupportedNow('change routing fees')
    const channel = args.channel_id.trim().toLowerCase() === ALL ? ALL : channelRef(args.channel_id)
    const current = await currentPolicy(wallet.node.channels, channel, { signal })
    const baseFeeMsat = required('base_fee_msat', args.base_fee_msat, numberOf(current.feeBaseMsat))
    const policy: ChannelPolicy = {
      feeBaseMsat: msat(BigInt(baseFeeMsat)),
      feeProportionalMillionths: required(
        'fee_rate_ppm',
        args.fee_rate_ppm,
        current.feeProportionalMillionths,
      ),
      cltvExpiryDelta: required('cltv_expiry_delta', args.cltv_expiry_delta, current.cltvExpiryDelta),
      ...(args.min_htlc_msat === undefined ? {} : { minHtlcMsat: msat(BigInt(args.min_htlc_msat)) }),
      ...(args.max_htlc_msat === undefined ? {} : { maxHtlcMsat: msat(BigInt(args.max_htlc_msat)) }),
    }
    await update({ channel, policy, signal })
    const data = {
      channel_id: channel === ALL ? ALL : channelName(channel),
      base_fee_msat: baseFeeMsat,
      fee_rate_ppm: policy.feeProportionalMillionths,
      cltv_expiry_delta: policy.cltvExpiryDelta,
    }
    const whose = channel === ALL ? 'All channels charge' : `Channel ${data.channel_id} charges`
    return {
      data,
      text: `${whose} ${data.base_fee_msat} msat and ${data.fee_rate_ppm} ppm, with a CLTV delta of ${data.cltv_expiry_delta}.`,
    }
  },
})

const numberOf = (amountMsat: bigint | undefined): number | undefined =>
  amountMsat === undefined ? undefined : Number(amountMsat)
