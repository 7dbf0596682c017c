import {
  type CallOptions,
  type Capabilities,
  cleanText,
  LightningError,
  type NodeId,
  nodeId,
  type Peer,
  type PeersFacet,
  supports,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'

/** Below the time that layers give it: an address that swallows packets is told as what it is. */
const CONNECT_SECONDS = '15'

/** LND lists connected peers only. */
export function createPeersFacet(client: LndClient, capabilities: Capabilities): PeersFacet {
  return {
    async list(request) {
      const { peers } = await client.call('listPeers', { latest_error: true }, request)
      return peers.map((peer) => ({
        nodeId: nodeId(peer.pub_key),
        address: cleanText(peer.address, 200),
        connected: true,
        inbound: peer.inbound,
      }))
    },
    ...(supports(capabilities, 'peers.connect')
      ? { connect: (request) => connectPeer(client, request) }
      : {}),
    ...(supports(capabilities, 'peers.disconnect')
      ? { disconnect: (request) => disconnectPeer(client, request) }
      : {}),
  }
}

/** ConnectPeer, once: LND comes back by itself only to peers with which it has channels. */
export async function connectPeer(
  client: LndClient,
  { nodeId: id, host, signal }: { nodeId: NodeId; host: string } & CallOptions,
): Promise<Peer> {
  const peer = nodeId(id)
  try {
    await client.call(
      'connectPeer',
      { addr: { pubkey: peer, host }, perm: false, timeout: CONNECT_SECONDS },
      { signal },
    )
  } catch (error) {
    if (!LightningError.is(error) || error.code !== 'already_exists') throw error
  }
  return { nodeId: peer, address: cleanText(host, 200), connected: true }
}

async function disconnectPeer(
  client: LndClient,
  { nodeId: id, signal }: { nodeId: NodeId } & CallOptions,
): Promise<void> {
  try {
    await client.call('disconnectPeer', { pub_key: nodeId(id) }, { signal })
  } catch (error) {
    if (!LightningError.is(error) || error.code !== 'not_found') throw error
  }
}
