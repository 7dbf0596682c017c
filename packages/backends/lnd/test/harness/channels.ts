import type { ChannelRef } from '@lightning-mcp/core'
import { type LndNode, type Network, waitUntil } from '@lightning-mcp/nodes'

interface RawChannels {
  channels: { channel_point: string; initiator: boolean }[]
}

const channelsOf = async (node: LndNode) => (await node.call<RawChannels>('default', 'listChannels')).channels

/** One more channel of the node, opened by itself, without the adapter. */
export async function openSpareChannel(network: Network, node: LndNode, peer: LndNode): Promise<ChannelRef> {
  const before = new Set((await channelsOf(node)).map(({ channel_point }) => channel_point))
  await network.openChannel(node, peer, { sat: 200_000, pushSat: 50_000 })
  const fresh = (await channelsOf(node)).find(({ channel_point }) => !before.has(channel_point))
  if (fresh === undefined) throw new Error('the spare channel is not listed')
  await waitUntil('the node to have a policy for its channel', () => ownPolicy(node, fresh.channel_point))
  return { fundingOutpoint: fresh.channel_point }
}

export interface RawPolicy {
  time_lock_delta: number
  fee_base_msat: string
  fee_rate_milli_msat: string
}

/** What a node asks for payments through one of its channels, once its map of the network has it. */
export async function ownPolicy(node: LndNode, outpoint: string): Promise<RawPolicy | undefined> {
  const edge = await node.call<{
    node1_pub: string
    node1_policy: RawPolicy | null
    node2_policy: RawPolicy | null
  }>('default', 'getChanInfo', { chan_point: outpoint })
  return (edge.node1_pub === node.pubkey ? edge.node1_policy : edge.node2_policy) ?? undefined
}

/** Confirms what the node has opened and closes it again; the channels that others opened stay. */
export async function closeOwnChannels(network: Network, node: LndNode): Promise<void> {
  const pending = () =>
    node.call<{ pending_open_channels: object[]; waiting_close_channels: object[] }>(
      'default',
      'pendingChannels',
    )
  await network.mine(6)
  await waitUntil(
    'no channel to be opening',
    async () => (await pending()).pending_open_channels.length === 0,
  )
  await node.waitForChannels()
  for (const { channel_point } of (await channelsOf(node)).filter(({ initiator }) => initiator)) {
    const [hash = '', index] = channel_point.split(':')
    await node.first(
      'default',
      'closeChannel',
      {
        channel_point: {
          funding_txid_bytes: Buffer.from(hash, 'hex').reverse(),
          output_index: Number(index),
        },
        sat_per_vbyte: '2',
      },
      () => true,
    )
  }
  await network.mine(1)
  await waitUntil(
    'no channel to be closing',
    async () => (await pending()).waiting_close_channels.length === 0,
  )
}
