import { cleanText, nodeId, type PeersFacet } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'

/** LND lists connected peers only. */
export function createPeersFacet(client: LndClient): PeersFacet {
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
  }
}
