import {
  type Channel,
  type ChannelOperation,
  type ChannelPolicy,
  type ChannelRef,
  LightningError,
  msat,
  type NodeId,
  type OpenChannelRequest,
  type Page,
  type PageRequest,
  type Peer,
  type Sat,
} from '@lightning-mcp/core'
import type { ForwardingPolicy, Side, SimulatedChannel, SimulatedChannelState } from '../channels/channel.ts'
import { closeChannel } from '../channels/close-channel.ts'
import { openChannel } from '../channels/open-channel.ts'
import { spliceIn, spliceOut } from '../channels/splice-channel.ts'
import { checkPage } from '../history.ts'
import type { NetworkState } from '../network-state.ts'
import { toChannel } from '../to-core.ts'
import { payingOutput } from './chain-calls.ts'
import { peersOf } from './wallet-calls.ts'

export interface CloseChannelRequest {
  channel: ChannelRef
  mode: 'cooperative' | 'force'
  feeRateSatPerVbyte?: number
}

export interface SpliceRequest {
  channel: ChannelRef
  amountSat: Sat
  address: string
  feeRateSatPerVbyte?: number
}

/** Channels and peers of a node. */
export const channelCalls = (state: NetworkState, name: string) => ({
  listChannels: (request: PageRequest): Page<Channel> => pageOf(state, name, request, ['active']),

  listPendingChannels: (): readonly Channel[] =>
    state
      .channelsOf(name)
      .filter((channel) => channel.state !== 'active' && channel.state !== 'closed')
      .map((channel) => toChannel(state, channel, name)),

  listClosedChannels: (request: PageRequest): Page<Channel> => pageOf(state, name, request, ['closed']),

  openChannel: (request: Omit<OpenChannelRequest, 'signal'>): ChannelOperation => {
    const channel = state.change(() =>
      openChannel(state, {
        from: name,
        to: nodeOf(state, request.peer),
        capacitySat: request.capacitySat,
        pushMsat: request.pushMsat,
        private: request.private,
        feeRateSatPerVbyte: request.feeRateSatPerVbyte,
        label: request.label,
      }),
    )
    return { status: 'pending', txId: channel.fundingTxId, ...refOf(channel) }
  },

  closeChannel: (request: CloseChannelRequest): ChannelOperation => {
    const channel = find(state, name, request.channel)
    const transaction = state.change(() =>
      closeChannel(state, channel, sideOf(channel, name), request.mode, request.feeRateSatPerVbyte),
    )
    return { status: 'pending', txId: transaction.txId, ...refOf(channel) }
  },

  spliceIn: (request: Omit<SpliceRequest, 'address'>): ChannelOperation => {
    const channel = find(state, name, request.channel)
    const { txId } = state.change(() => spliceIn(state, channel, sideOf(channel, name), request))
    return { status: 'pending', txId, ...refOf(channel) }
  },

  spliceOut: (request: SpliceRequest): ChannelOperation => {
    const channel = find(state, name, request.channel)
    const output = payingOutput(state, request.address, request.amountSat)
    const { txId } = state.change(() =>
      spliceOut(state, channel, sideOf(channel, name), { ...request, output }),
    )
    return { status: 'pending', txId, ...refOf(channel) }
  },

  updateChannelPolicy: (request: { channel: ChannelRef | 'all'; policy: ChannelPolicy }): void => {
    const policy = checkPolicy(request.policy)
    const channels = request.channel === 'all' ? state.channelsOf(name) : [find(state, name, request.channel)]
    state.change(() => {
      for (const channel of channels) {
        const side = sideOf(channel, name)
        channel.policy[side] = { ...channel.policy[side], ...policy }
        state.changed({ type: 'channel', value: channel })
      }
    })
  },

  listPeers: (): readonly Peer[] => peersOf(state, name).map((peer) => toPeer(state, peer)),

  connectPeer: (request: { nodeId: NodeId }): Peer => {
    const peer = nodeOf(state, request.nodeId)
    if (peer === name) throw bad('a node cannot be its own peer', 'Name another node.')
    if (!state.node(peer).online)
      throw new LightningError({
        code: 'unavailable',
        message: 'the peer is offline',
        hint: 'Try again later.',
      })
    if (!peersOf(state, name).includes(peer)) setPeers(state, name, [...state.node(name).peers, peer])
    return toPeer(state, peer)
  },

  disconnectPeer: (request: { nodeId: NodeId }): void => {
    const peer = nodeOf(state, request.nodeId)
    const left = state.node(name).peers.filter((other) => other !== peer)
    if (peersOf(state, name).includes(peer) && !state.node(name).peers.includes(peer))
      throw bad('there is a channel with that peer', 'Close the channel first.')
    setPeers(state, name, left)
  },
})

const sideOf = (channel: SimulatedChannel, name: string): Side => (channel.nodes[0] === name ? 0 : 1)

const bad = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

function checkPolicy(policy: ChannelPolicy): Partial<ForwardingPolicy> & ChannelPolicy {
  const { feeBaseMsat, feeProportionalMillionths, cltvExpiryDelta, minHtlcMsat, maxHtlcMsat } = policy
  const isWhole = (value: number, least: number, most: number): boolean =>
    Number.isSafeInteger(value) && value >= least && value <= most
  if (!isWhole(feeProportionalMillionths, 0, 1_000_000) || !isWhole(cltvExpiryDelta, 1, 2016))
    throw bad('the policy is out of range', 'Give 0 to 1000000 millionths and 1 to 2016 blocks.')
  return {
    feeBaseMsat: msat(feeBaseMsat),
    feeProportionalMillionths,
    cltvExpiryDelta,
    ...(minHtlcMsat === undefined ? {} : { minHtlcMsat: msat(minHtlcMsat) }),
    ...(maxHtlcMsat === undefined ? {} : { maxHtlcMsat: msat(maxHtlcMsat) }),
  }
}

function setPeers(state: NetworkState, name: string, peers: string[]): void {
  const node = state.node(name)
  state.change(() => {
    node.peers = peers
    state.changed({ type: 'node', value: node })
  })
}

function toPeer(state: NetworkState, name: string): Peer {
  const node = state.node(name)
  return { nodeId: node.nodeId, connected: node.online, alias: node.alias }
}

function nodeOf(state: NetworkState, id: NodeId): string {
  const node = state.nodesById.get(id)
  if (node !== undefined) return node.name
  throw new LightningError({
    code: 'unavailable',
    message: 'that node cannot be reached: the simulated network does not have it',
    hint: 'List the peers to see nodes of this network.',
  })
}

const refOf = (channel: SimulatedChannel): ChannelRef => ({
  channelId: channel.id,
  fundingOutpoint: `${channel.fundingTxId}:${channel.fundingOutput}`,
  ...(channel.shortChannelId === undefined ? {} : { shortChannelId: channel.shortChannelId }),
})

function find(state: NetworkState, name: string, ref: ChannelRef): SimulatedChannel {
  const channel = state.channelsOf(name).find((candidate) => {
    const own = refOf(candidate)
    return (
      (ref.channelId !== undefined && ref.channelId === own.channelId) ||
      (ref.fundingOutpoint !== undefined && ref.fundingOutpoint === own.fundingOutpoint) ||
      (ref.shortChannelId !== undefined && ref.shortChannelId === own.shortChannelId)
    )
  })
  if (channel !== undefined) return channel
  throw bad('this node has no such channel', 'List the channels and give one of their names.')
}

/** A cursor is a place in the list of all channels of the node, which only grows. */
function pageOf(
  state: NetworkState,
  name: string,
  request: PageRequest,
  states: readonly SimulatedChannelState[],
): Page<Channel> {
  checkPage(request)
  const channels = state.channelsOf(name)
  const items: Channel[] = []
  for (let index = Number(request.cursor ?? 0); index < channels.length; index += 1) {
    const channel = channels[index] as SimulatedChannel
    if (!states.includes(channel.state)) continue
    if (items.length === request.limit) return { items, nextCursor: String(index) }
    items.push(toChannel(state, channel, name))
  }
  return { items }
}
