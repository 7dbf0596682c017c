import type { Channel } from '@lightning-mcp/core'
import * as z from 'zod'
import { amountShape, holds, holdsIf, optionalAmountShape } from '../amounts.ts'
import { channelName } from '../input/channel.ts'
import { listedText } from '../outside-text.ts'

/** A channel in a list. `channel_id` is the name for further calls; the others say the same. */
export const channelOutput = z.object({
  channel_id: z.string(),
  funding_outpoint: z.string().optional(),
  long_channel_id: z.string().optional(),
  peer: z.string(),
  peer_alias: z.string().optional(),
  status: z.string(),
  capacity_sats: z.int(),
  ...amountShape('local'),
  ...amountShape('remote'),
  ...optionalAmountShape('spendable'),
  ...optionalAmountShape('receivable'),
  private: z.boolean(),
  base_fee_msat: z.int().optional(),
  fee_rate_ppm: z.int().optional(),
  cltv_expiry_delta: z.int().optional(),
  closing_tx_id: z.string().optional(),
})

export const channelView = (channel: Channel) => {
  const channelId = channelName(channel)
  const { fundingOutpoint, channelId: longChannelId, policy } = channel
  return {
    channel_id: channelId,
    ...(fundingOutpoint === undefined || fundingOutpoint === channelId
      ? {}
      : { funding_outpoint: fundingOutpoint }),
    ...(longChannelId === undefined || longChannelId === channelId ? {} : { long_channel_id: longChannelId }),
    peer: channel.peer as string,
    ...listedText('peer_alias', channel.peerAlias),
    status: channel.state,
    capacity_sats: Number(channel.capacitySat),
    ...holds('local', channel.localMsat),
    ...holds('remote', channel.remoteMsat),
    ...holdsIf('spendable', channel.spendableMsat),
    ...holdsIf('receivable', channel.receivableMsat),
    private: channel.private,
    ...(policy === undefined
      ? {}
      : {
          base_fee_msat: Number(policy.feeBaseMsat),
          fee_rate_ppm: policy.feeProportionalMillionths,
          cltv_expiry_delta: policy.cltvExpiryDelta,
        }),
    ...(channel.closingTxId === undefined ? {} : { closing_tx_id: channel.closingTxId as string }),
  }
}
