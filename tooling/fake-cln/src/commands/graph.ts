import type { Channel } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import { toForwardLine } from '../node/forward-book.ts'
import type { Commands } from '../rpc/command.ts'
import { exact } from '../rpc/exact-json.ts'
import { readPage, take } from '../rpc/read-page.ts'

const FEATURES = '808898880a8a59a1'
const PAGE = 1000

/** The public graph, and what went through this node. */
export const graphCommands: Commands = {
  listnodes: (node, params) => {
    const id = params.nodeId('id')
    return {
      nodes: node.network.nodes
        .filter(({ nodeId }) => id === undefined || nodeId === id)
        .map(({ nodeId, alias }) => ({
          nodeid: nodeId,
          alias,
          color: nodeId.slice(0, 6),
          last_timestamp: node.startedAt,
          features: FEATURES,
          addresses: [],
        })),
    }
  },

  listchannels: async (node, params) => {
    const scid = params.text('short_channel_id')
    const source = params.nodeId('source')
    const destination = params.nodeId('destination')
    const lines = (await directions(node)).filter(
      (line) =>
        (scid === undefined || line.short_channel_id === scid) &&
        (source === undefined || line.source === source) &&
        (destination === undefined || line.destination === destination),
    )
    return { channels: lines }
  },

  listforwards: async (node, params) => {
    await node.forwards.refresh()
    const status = params.text('status')
    const inChannel = params.text('in_channel')
    const outChannel = params.text('out_channel')
    const page = readPage(params)
    const rows = node.forwards
      .from(page.index === 'created' ? page.start : 1)
      .filter(
        (row) =>
          (status === undefined || row.state === status) &&
          (inChannel === undefined || row.inChannel === inChannel) &&
          (outChannel === undefined || row.outChannel === outChannel),
      )
    return { forwards: take(rows, page.limit).map(toForwardLine) }
  },

  listhtlcs: async (node) => {
    const [channel] = await node.channels.live()
    return {
      htlcs: [...node.payments.pending].map((part) => ({
        created_index: part.createdIndex,
        updated_index: part.createdIndex,
        short_channel_id: channel?.shortChannelId ?? '0x0x0',
        id: part.createdIndex - 1,
        expiry: node.network.blockHeight + 18,
        direction: 'out',
        amount_msat: exact(part.sentMsat),
        payment_hash: part.group.paymentHash,
        state: 'SENT_ADD_ACK_REVOCATION',
      })),
    }
  },
}

/** Every public channel twice, as its two ends announce it. */
async function directions(node: FakeNode) {
  const lines: ReturnType<typeof directionOf>[] = []
  for (const { name, nodeId } of node.network.nodes) {
    const link = node.network.openLink(name)
    const { items } = await link.call('listChannels', { limit: PAGE })
    await link.close()
    for (const channel of items) if (!channel.private) lines.push(directionOf(node, nodeId, channel))
  }
  return lines.sort((a, b) => (a.short_channel_id < b.short_channel_id ? -1 : 1))
}

function directionOf(node: FakeNode, source: string, channel: Channel) {
  const direction = source > channel.peer ? 1 : 0
  const { policy } = channel
  return {
    source,
    destination: channel.peer as string,
    short_channel_id: channel.shortChannelId ?? '0x0x0',
    direction,
    public: true,
    amount_msat: exact(channel.capacitySat * 1000n),
    message_flags: 1,
    channel_flags: direction,
    active: channel.state === 'active',
    last_update: node.startedAt,
    base_fee_millisatoshi: exact(policy?.feeBaseMsat ?? 0n),
    fee_per_millionth: policy?.feeProportionalMillionths ?? 0,
    delay: policy?.cltvExpiryDelta ?? 0,
    htlc_minimum_msat: exact(policy?.minHtlcMsat ?? 0n),
    htlc_maximum_msat: exact(policy?.maxHtlcMsat ?? channel.capacitySat * 1000n),
    features: '',
  }
}
