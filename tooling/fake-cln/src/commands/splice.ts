import { type Channel, LightningError, sat } from '@lightning-mcp/core'
import { FAKE_PSBT } from '../node/channel-lines.ts'
import type { FakeNode } from '../node/fake-node.ts'
import type { Commands } from '../rpc/command.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'
import { SPLICE_RATE } from './spend-terms.ts'

/** Resizing a channel in place. */
export const spliceCommands: Commands = {
  splicein: async (node, params) => {
    const { channel, amountSat } = await readOrder(node, params, 'in')
    const { channelId = '' } = channel
    return spliced(node, channel, () =>
      node.coins.spending(
        () => ({
          kind: 'splice',
          channelId,
          channelMsat: amountSat * 1000n,
          ...outpointOf(channel),
        }),
        () =>
          node.link.call('spliceIn', {
            channel: { channelId },
            amountSat: sat(amountSat),
            feeRateSatPerVbyte: SPLICE_RATE,
          }),
      ),
    )
  },

  spliceout: async (node, params) => {
    const { channel, amountSat } = await readOrder(node, params, 'out')
    const { channelId = '' } = channel
    if ((params.text('destination') ?? 'wallet') !== 'wallet')
      throw new RpcError(INVALID_PARAMS, 'Dynamic bitcoin address amounts not supported for now')
    const address = await node.link.call('newAddress', { type: 'p2tr' })
    return spliced(node, channel, () =>
      node.coins.spending(
        () => ({ kind: 'splice', channelId, channelMsat: -amountSat * 1000n, ...outpointOf(channel) }),
        () =>
          node.link.call('spliceOut', {
            channel: { channelId },
            amountSat: sat(amountSat),
            address,
            feeRateSatPerVbyte: SPLICE_RATE,
          }),
      ),
    )
  },
}

const outpointOf = ({ fundingOutpoint }: Channel): { channelOutpoint?: string } =>
  fundingOutpoint === undefined ? {} : { channelOutpoint: fundingOutpoint }

async function spliced(
  node: FakeNode,
  before: Channel,
  splice: () => Promise<{ txId?: string | undefined }>,
): Promise<unknown> {
  try {
    const { txId } = await splice()
    const after = await node.channels.find(before.channelId ?? '')
    if (after !== undefined) node.channels.spliced(before, after)
    return { psbt: FAKE_PSBT, txid: txId }
  } catch (error) {
    if (!LightningError.is(error)) throw error
    if (error.code === 'unavailable') throw new RpcError(351, 'Channel is disconnected')
    if (error.code === 'insufficient_balance') throw new RpcError(301, error.message)
    throw new RpcError(353, error.message)
  }
}

/** The daemon makes a script of it, and that wants the unit and the channel's full id; it pays no address (plugins/spender/splice.c). */
async function readOrder(
  node: FakeNode,
  params: Parameters,
  direction: 'in' | 'out',
): Promise<{ channel: Channel; amountSat: bigint }> {
  const id = params.text('channel') ?? ''
  const amount = params.text('amount') ?? ''
  const script =
    direction === 'in'
      ? `wallet -> ${amount} + fee; ${amount} -> ${id}`
      : `${id} -> ${amount} + fee; 100% -> wallet`
  const parts = /^(\d+)sat$/.exec(amount)
  const channel = /^[0-9a-f]{64}$/.test(id) ? await node.channels.find(id) : undefined
  if (parts?.[1] === undefined || channel === undefined) throw compileFailed(script)
  if (channel.state !== 'active') throw new RpcError(351, 'Channel is disconnected')
  return { channel, amountSat: BigInt(parts[1]) }
}

const compileFailed = (script: string): RpcError =>
  new RpcError(INVALID_PARAMS, 'Splice script compile failed', {
    beside: {
      compiler_error: [
        'Failed to parse sat amount',
        script,
        `${' '.repeat(Math.max(0, script.indexOf(';') + 10))}^`,
        'Compiler phase: type_data',
      ],
    },
  })
