import { LightningError, type NodeId } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import type { Commands } from '../rpc/command.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'

const FEATURES = '800898880a8a59a1'
const DEFAULT_PORT = 9735
const PORTS_FROM = 19_731

/** Other nodes that this one talks to. */
export const peerCommands: Commands = {
  listpeers: async (node, params) => {
    const id = params.nodeId('id')
    const channels = await node.channels.live()
    const peers = await node.link.call('listPeers')
    return {
      peers: peers
        .filter(({ nodeId }) => id === undefined || nodeId === id)
        .map(({ nodeId, connected }) => ({
          id: nodeId,
          connected,
          num_channels: channels.filter(({ peer }) => peer === nodeId).length,
          ...(connected ? { netaddr: [`127.0.0.1:${portOf(node, nodeId)}`] } : {}),
          features: FEATURES,
        })),
    }
  },

  connect: async (node, params) => {
    const text = params.text('id') ?? ''
    const { id, host, port } = readAddress(text)
    const at = host ?? params.text('host')
    const known = node.network.nodes.some(({ nodeId }) => nodeId === id)
    if (!known && at === undefined) throw new RpcError(400, 'Unable to connect, no address known for peer')
    try {
      await node.link.call('connectPeer', { nodeId: id })
    } catch (error) {
      if (!LightningError.is(error)) throw error
      const place = `${at ?? '127.0.0.1'}:${port ?? params.number('port') ?? DEFAULT_PORT}`
      throw new RpcError(
        401,
        `All addresses failed: ${place}: Connection establishment: Connection refused. `,
      )
    }
    return {
      id,
      features: FEATURES,
      direction: 'out',
      address: { type: 'ipv4', address: '127.0.0.1', port: portOf(node, id) },
    }
  },

  disconnect: async (node, params) => {
    const id = params.nodeId('id') as NodeId
    const channel = (await node.channels.live()).find(({ peer }) => peer === id)
    const peers = await node.link.call('listPeers')
    if (!peers.some(({ nodeId, connected }) => nodeId === id && connected))
      throw new RpcError(-1, 'Peer not connected')
    if (channel !== undefined) {
      if (params.flag('force') !== true)
        throw new RpcError(-1, 'Peer has (at least one) channel in state CHANNELD_NORMAL')
      // it comes back at once
      return {}
    }
    await node.link.call('disconnectPeer', { nodeId: id })
    return {}
  },
}

const portOf = (node: FakeNode, id: string): number =>
  PORTS_FROM + node.network.nodes.findIndex(({ nodeId }) => nodeId === id)

function readAddress(text: string): { id: NodeId; host?: string; port?: number } {
  const parts = /^(0[23][0-9a-f]{64})(?:@([^@]+?)(?::(\d+))?)?$/i.exec(text)
  if (parts?.[1] === undefined) throw badParameter('id', 'should be a node id', JSON.stringify(text))
  return {
    id: parts[1].toLowerCase() as NodeId,
    ...(parts[2] === undefined ? {} : { host: parts[2] }),
    ...(parts[3] === undefined ? {} : { port: Number(parts[3]) }),
  }
}
