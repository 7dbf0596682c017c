import { type Channel, LightningError, msat, type NodeId, sat } from '@lightning-mcp/core'
import type { ClosedChannel } from '../node/channel-book.ts'
import { channelTypeOf, fakeHex, toClosedLine, toPeerChannelLine } from '../node/channel-lines.ts'
import type { FakeNode } from '../node/fake-node.ts'
import type { Commands } from '../rpc/command.ts'
import { given } from '../rpc/exact-json.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'
import { closeCommand } from './close.ts'
import { cannotAfford, isShort, readFeeRate } from './spend-terms.ts'

const LEAST_SAT = 20_000n

/** Channels of the node. */
export const channelCommands: Commands = {
  listpeerchannels: async (node, params) => {
    const wanted = (channel: Channel): boolean =>
      matches(params, 'id', channel.peer) &&
      matches(params, 'short_channel_id', channel.shortChannelId) &&
      matches(params, 'channel_id', channel.channelId)
    const live = await node.channels.live()
    return {
      channels: [
        ...live.filter(wanted).map((channel) => toPeerChannelLine(node, channel)),
        ...(await node.channels.closedBy(true))
          .filter(({ channel }) => wanted(channel))
          .map((closed) => toPeerChannelLine(node, closed.channel, closed)),
      ],
    }
  },

  listclosedchannels: async (node, params) => ({
    closedchannels: (await node.channels.closedBy(false))
      .filter(({ channel }) => matches(params, 'id', channel.peer))
      .map((closed) => toClosedLine(node, closed)),
  }),

  fundchannel: (node, params) => fund(node, params),

  close: closeCommand,

  setchannel: async (node, params) => {
    const id = params.text('id') ?? ''
    const channels = id === 'all' ? await node.channels.live() : [await node.channels.find(id)]
    const lines: unknown[] = []
    for (const channel of channels) {
      if (channel?.policy === undefined)
        throw badParameter('id', 'Short channel id not found', JSON.stringify(id))
      lines.push(await setPolicy(node, channel, params))
    }
    return { channels: lines }
  },

  staticbackup: async (node) => ({
    scb: (await node.channels.live()).map(({ channelId = '' }) => fakeHex(60, channelId, 'scb')),
  }),
}

const matches = (params: Parameters, name: string, value: string | undefined): boolean =>
  !params.has(name) || params.text(name) === value

/** A line of `listfunds.channels`. */
export function channelFundsLine(node: FakeNode, channel: Channel, closed?: ClosedChannel): unknown {
  const line = toPeerChannelLine(node, channel, closed)
  return given({
    peer_id: line['peer_id'],
    connected: line['peer_connected'],
    state: line['state'],
    channel_id: line['channel_id'],
    short_channel_id: line['short_channel_id'],
    our_amount_msat: line['to_us_msat'],
    amount_msat: line['total_msat'],
    funding_txid: line['funding_txid'],
    funding_output: line['funding_outnum'],
  })
}

async function fund(node: FakeNode, params: Parameters): Promise<unknown> {
  const peer = (params.text('id') ?? '').split('@')[0] as NodeId
  const amount = params.sat('amount')
  const coins = await node.coins.unspent()
  const totalSat = coins.reduce((sum: bigint, { amountSat }) => sum + amountSat, 0n)
  const capacitySat = amount === 'all' ? totalSat - LEAST_SAT : (amount ?? 0n)
  if (!node.network.nodes.some(({ nodeId }) => nodeId === peer))
    throw new RpcError(400, 'Unable to connect, no address known for peer', {
      data: { id: peer, method: 'connect' },
    })
  if (capacitySat < LEAST_SAT)
    throw new RpcError(
      -1,
      `Not opening because if they used the same setting as us channel_reserve_satoshis 546sat and 546sat too large for funding ${capacitySat}sat`,
      { data: { id: peer, method: 'fundchannel_start' } },
    )
  const pushMsat = params.msat('push_msat')
  const rate = readFeeRate(params)
  const isPrivate = params.flag('announce') === false
  try {
    const opened = await node.coins.spending(
      ({ channelId = '' }) => ({ kind: 'open', channelId, channelMsat: capacitySat * 1000n }),
      () =>
        node.link.call('openChannel', {
          peer,
          capacitySat: sat(capacitySat),
          private: isPrivate,
          ...(pushMsat === undefined ? {} : { pushMsat: msat(pushMsat) }),
          ...(rate === undefined ? {} : { feeRateSatPerVbyte: rate }),
        }),
    )
    const { txId = '', channelId = '', fundingOutpoint = '' } = opened
    return {
      tx: fakeHex(60, txId, 'tx'),
      txid: txId,
      channel_id: channelId,
      channel_type: channelTypeOf(isPrivate),
      outnum: Number(fundingOutpoint.split(':')[1] ?? 0),
    }
  } catch (error) {
    if (!LightningError.is(error)) throw error
    if (isShort(error)) throw cannotAfford(capacitySat, coins)
    if (error.code === 'unavailable')
      throw new RpcError(401, `All addresses failed: ${error.message}`, {
        data: { id: peer, method: 'connect' },
      })
    throw new RpcError(-1, error.message, { data: { id: peer, method: 'fundchannel_start' } })
  }
}

async function setPolicy(node: FakeNode, channel: Channel, params: Parameters): Promise<unknown> {
  const { policy } = channel
  if (policy === undefined) return undefined
  const next = {
    feeBaseMsat: msat(params.msat('feebase') ?? policy.feeBaseMsat),
    feeProportionalMillionths: params.number('feeppm') ?? policy.feeProportionalMillionths,
    cltvExpiryDelta: policy.cltvExpiryDelta,
    minHtlcMsat: msat(params.msat('htlcmin') ?? policy.minHtlcMsat ?? 0n),
    maxHtlcMsat: msat(params.msat('htlcmax') ?? policy.maxHtlcMsat ?? channel.capacitySat * 1000n),
  }
  const { channelId = '' } = channel
  await node.link.call('updateChannelPolicy', { channel: { channelId }, policy: next })
  const changed = toPeerChannelLine(node, { ...channel, policy: next })
  return given({
    peer_id: changed['peer_id'],
    channel_id: changed['channel_id'],
    short_channel_id: changed['short_channel_id'],
    fee_base_msat: changed['fee_base_msat'],
    fee_proportional_millionths: changed['fee_proportional_millionths'],
    minimum_htlc_out_msat: changed['minimum_htlc_out_msat'],
    maximum_htlc_out_msat: changed['maximum_htlc_out_msat'],
    ignore_fee_limits: params.flag('ignorefeelimits') ?? true,
  })
}
