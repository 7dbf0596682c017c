import { type Channel, type ChannelOperation, LightningError, msat, sat } from '@lightning-mcp/core'
import { type ChannelContext, channelJson, closedChannelJson } from '../books/channel-json.ts'
import { openChannels } from '../books/list-channels.ts'
import { capturedAnswer } from '../captures.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type JsonObject } from '../json.ts'
import type { Form } from '../wire/form.ts'
import { malformed, missing, Refusal } from '../wire/refusal.ts'
import type { Endpoints } from './endpoint.ts'

const LEAST_FUNDING_SAT = 100_000n
/** One input, the channel's output and change, about. */
const FUNDING_VBYTES = 150n
const DEFAULT_CLOSED = 10
const BAD_CHANNEL_TYPE = capturedAnswer<{ error: string }>('open-bad-channeltype').error
const KNOWN_CHANNEL_TYPES = /^(?:anchor_outputs_zero_fee_htlc_tx|simple_taproot_channel|zero_fee_commitments)/
const SCID = /^\d+x\d+x\d+$/

/** Channels of this node. */
export const channelEndpoints: Endpoints = {
  channels: async (node, form) => {
    const peer = form.nodeId('nodeId')
    const all = await openChannels(node)
    const chosen = all.filter((channel) => peer === undefined || channel.peer === peer)
    const aborted = node.abortedOpenings.at(node.network.blockHeight)
    return [
      ...aborted.filter(({ nodeId }) => peer === undefined || nodeId === peer).map(({ json }) => json),
      ...(await Promise.all(
        chosen.map(async (channel) => channelJson(channel, await contextOf(node, channel))),
      )),
    ]
  },

  channel: async (node, form) => {
    const [wanted] = readChannels(form)
    const channel = (await openChannels(node)).find((candidate) => isCalled(candidate, wanted as string))
    if (channel === undefined) throw new Refusal(400, `channel ${wanted} not found`)
    return channelJson(channel, await contextOf(node, channel))
  },

  closedchannels: async (node, form) => {
    const count = Number(form.integer('count') ?? DEFAULT_CLOSED)
    const skip = Number(form.integer('skip') ?? 0n)
    const { items } = await node.wallet.channels!.listClosed!({ limit: 1000 })
    return Promise.all(
      items
        .slice(skip, skip + count)
        .map(async (channel) => closedChannelJson(channel, await contextOf(node, channel))),
    )
  },

  open: async (node, form) => {
    const peer = form.needNodeId('nodeId')
    const amountSat = form.needInteger('fundingSatoshis')
    const channelType = form.text('channelType')
    if (channelType !== undefined && !KNOWN_CHANNEL_TYPES.test(channelType))
      throw new Refusal(400, BAD_CHANNEL_TYPE)
    const pushMsat = form.integer('pushMsat') ?? 0n
    const rate = form.integer('fundingFeerateSatByte')
    const budgetSat = form.integer('fundingFeeBudgetSatoshis')
    if (!(await node.isConnected(peer))) throw new Refusal(500, `peer ${peer} not found`)
    if (amountSat < LEAST_FUNDING_SAT) {
      node.abortedOpenings.add('by-peer', peer, node.network.blockHeight)
      return `peer aborted the channel funding flow: 'invalid funding_amount=${amountSat} sat (min=${LEAST_FUNDING_SAT} sat)'`
    }
    if (budgetSat !== undefined && budgetSat < FUNDING_VBYTES * (rate ?? BigInt(node.feeRateSatPerVbyte))) {
      node.abortedOpenings.add('no-coins', peer, node.network.blockHeight)
      return 'channel funding error'
    }
    let opened: ChannelOperation
    try {
      opened = await node.wallet.channels!.open!({
        peer: peer as never,
        capacitySat: sat(amountSat),
        pushMsat: msat(pushMsat),
        // the node's configuration decides where the caller does not; it announces
        private: form.text('announceChannel') !== undefined && !form.flag('announceChannel'),
        ...(rate === undefined ? {} : { feeRateSatPerVbyte: Number(rate) }),
      })
    } catch (error) {
      if (!LightningError.is(error)) throw error
      node.abortedOpenings.add('no-coins', peer, node.network.blockHeight)
      return 'channel funding error'
    }
    const fees = await feeOf(node, opened.txId)
    return `created channel ${opened.channelId} with fundingTxId=${opened.txId} and fees=${fees} sat`
  },

  close: (node, form) => closeAll(node, form, 'cooperative'),

  forceclose: (node, form) => closeAll(node, form, 'force'),

  updaterelayfee: async (node, form) => {
    const peers = form.text('nodeIds')?.split(',') ?? [form.needNodeId('nodeId')]
    const feeBaseMsat = form.needInteger('feeBaseMsat')
    const feeProportionalMillionths = form.needInteger('feeProportionalMillionths')
    const channels = (await openChannels(node)).filter(({ peer }) => peers.includes(peer))
    const answers = await Promise.all(
      channels.map(async (channel) => {
        const answer = await changed(() =>
          node.wallet.channels!.updatePolicy!({
            channel: refOf(channel),
            policy: {
              cltvExpiryDelta: 144,
              ...channel.policy,
              feeBaseMsat: msat(feeBaseMsat),
              feeProportionalMillionths: Number(feeProportionalMillionths),
            },
          }),
        )
        return [channel.channelId, answer ?? 'ok']
      }),
    )
    return Object.fromEntries(answers) as JsonObject
  },

  splicein: async (node, form) => {
    const channel = await needChannel(node, form)
    const amountSat = form.needInteger('amountIn')
    return splice(node, channel, () =>
      node.wallet.splicing!.spliceIn({ channel: refOf(channel), amountSat: sat(amountSat) }),
    )
  },

  spliceout: async (node, form) => {
    const channel = await needChannel(node, form)
    const amountSat = form.needInteger('amountOut')
    const address = form.text('address')
    if (address === undefined && form.text('scriptPubKey') === undefined)
      throw new Refusal(400, 'Invalid arguments, one of address or scriptPubKey must be provided')
    return splice(node, channel, () =>
      node.wallet.splicing!.spliceOut({
        channel: refOf(channel),
        amountSat: sat(amountSat),
        address: address as string,
        feeRateSatPerVbyte: node.feeRateSatPerVbyte,
      }),
    )
  },
}

const refOf = ({ channelId }: Channel): { channelId: string } => ({ channelId: channelId as string })

const isCalled = ({ channelId, shortChannelId }: Channel, name: string): boolean =>
  channelId === name || shortChannelId === name

/** `channelId` or `shortChannelId`, or several of either behind commas. */
function readChannels(form: Form): readonly string[] {
  const single = form.hash('channelId') ?? form.text('shortChannelId')
  const names =
    single === undefined ? (form.text('channelIds') ?? form.text('shortChannelIds'))?.split(',') : [single]
  if (names === undefined) throw missing('channelId')
  if (names.some((name) => !/^[0-9a-f]{64}$/.test(name) && !SCID.test(name)))
    throw malformed('shortChannelId', 'invalid short channel id')
  return names
}

async function needChannel(node: EclairNode, form: Form): Promise<Channel> {
  const [name] = readChannels(form)
  const channel = (await openChannels(node)).find((candidate) => isCalled(candidate, name as string))
  if (channel === undefined) throw new Refusal(400, `channel ${name} not found`)
  return channel
}

async function contextOf(node: EclairNode, channel: Channel): Promise<ChannelContext> {
  const fundings = node.fundings.note(channel.channelId as string, {
    outpoint: channel.fundingOutpoint as string,
    capacitySat: channel.capacitySat,
    ...(channel.shortChannelId === undefined ? {} : { shortChannelId: channel.shortChannelId }),
  })
  const unconfirmed =
    channel.state === 'opening'
      ? 1
      : fundings.length > 1
        ? await shallow(node, fundings[0]?.outpoint ?? '')
        : 0
  return {
    nodeId: node.nodeId,
    aliases: node.peers.aliasesOf(channel.channelId as string),
    fundings,
    unconfirmed,
  }
}

const SPLICE_DEPTH = 3

async function shallow(node: EclairNode, outpoint: string): Promise<number> {
  const { items } = await node.wallet.onchain!.listTransactions!({ limit: 1000 })
  const found = items.find(({ txId }) => outpoint.startsWith(txId))
  return found !== undefined && found.confirmations < SPLICE_DEPTH ? 1 : 0
}

/** TRAP: status 200 whatever happens, with a text for each channel. */
async function closeAll(node: EclairNode, form: Form, mode: 'cooperative' | 'force'): Promise<JsonObject> {
  for (const bound of ['minFeerateSatByte', 'maxFeerateSatByte']) form.integer(bound)
  const preferred = mode === 'force' ? undefined : form.integer('preferredFeerateSatByte')
  const feeRateSatPerVbyte = preferred === undefined ? node.feeRateSatPerVbyte : Number(preferred)
  const channels = await openChannels(node)
  const answers = await Promise.all(
    readChannels(form).map(async (name) => {
      const channel = channels.find((candidate) => isCalled(candidate, name))
      if (channel === undefined) return [name, `channel ${name} not found`]
      const failure = await changed(() =>
        node.wallet.channels!.close!({
          channel: refOf(channel),
          mode,
          feeRateSatPerVbyte,
        }),
      )
      if (failure === undefined) node.channelEvents.closing(channel, mode)
      return [name, failure ?? `closed channel ${channel.channelId}`]
    }),
  )
  return Object.fromEntries(answers) as JsonObject
}

/** The words of what went wrong; `undefined`: nothing did. */
async function changed(change: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await change()
    return undefined
  } catch (error) {
    return LightningError.is(error) ? error.message : String(error)
  }
}

async function splice(
  node: EclairNode,
  channel: Channel,
  run: () => Promise<ChannelOperation>,
): Promise<JsonObject> {
  await contextOf(node, channel)
  let done: ChannelOperation
  try {
    done = await run()
  } catch (error) {
    throw new Refusal(500, LightningError.is(error) ? error.message : String(error))
  }
  const after = (await openChannels(node)).find(({ channelId }) => channelId === channel.channelId) as Channel
  const { fundings } = await contextOf(node, after)
  return {
    fundingTxIndex: fundings.length - 1,
    fundingTxId: done.txId,
    capacity: digits(after.capacitySat),
    balance: digits(after.localMsat),
  }
}

export async function feeOf(node: EclairNode, txId: string | undefined): Promise<bigint> {
  const { items } = await node.wallet.onchain!.listTransactions!({ limit: 100 })
  return items.find((transaction) => transaction.txId === txId)?.feeSat ?? 0n
}
