import {
  type Capabilities,
  cleanText,
  LightningError,
  nodeId,
  type Peer,
  type PeersFacet,
  supports,
} from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import type { RawAddress } from '../schemas.ts'
import { toList } from '../to-core.ts'

/** Core Lightning lists those with channels too, connected or not. */
export function createPeersFacet(client: ClnClient, capabilities: Capabilities): PeersFacet {
  return {
    async list({ signal }) {
      const { peers } = await client.call('listpeers', {}, { signal })
      return toList(peers).map((peer) => ({
        nodeId: nodeId(peer.id),
        ...(peer.netaddr?.[0] === undefined ? {} : { address: cleanText(String(peer.netaddr[0]), 200) }),
        connected: peer.connected,
      }))
    },
    ...(supports(capabilities, 'peers.connect')
      ? { connect: ({ nodeId: peer, host, signal }) => connectPeer(client, peer, host, signal) }
      : {}),
    ...(supports(capabilities, 'peers.disconnect')
      ? { disconnect: ({ nodeId: peer, signal }) => disconnectPeer(client, peer, signal) }
      : {}),
  }
}

/** `host`, `host:port`, `[v6]:port`, a Tor address: as one text with the id, as captured in connect-again. */
export async function connectPeer(
  client: ClnClient,
  peer: string,
  host: string,
  signal: AbortSignal | undefined,
): Promise<Peer> {
  if (!/^[\w.:[\]-]{1,255}$/.test(host))
    throw new LightningError({
      code: 'invalid_request',
      message: 'the address of the peer is not host or host:port',
      hint: 'Example: 203.0.113.7:9735.',
    })
  const { id, direction, address } = await client.call(
    'connect',
    { id: `${nodeId(peer)}@${host}` },
    { signal },
  )
  return {
    nodeId: nodeId(id),
    ...(address === undefined ? {} : { address: addressText(address) }),
    connected: true,
    inbound: direction === 'in',
  }
}

async function disconnectPeer(
  client: ClnClient,
  peer: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await client.call('disconnect', { id: nodeId(peer) }, { signal })
  } catch (error) {
    const words = LightningError.is(error) ? (error.backend?.message ?? '') : ''
    // done is done
    if (/not connected|unknown peer/i.test(words)) return
    // captured as disconnect-with-channel
    if (/channel/i.test(words))
      throw new LightningError({
        code: 'invalid_request',
        message: 'this node has a channel with the peer and stays connected',
        hint: 'Close the channel first.',
        cause: error,
      })
    throw error
  }
}

export const addressText = ({ address, port }: RawAddress): string =>
  cleanText(
    port === undefined ? String(address) : `${address?.includes(':') ? `[${address}]` : address}:${port}`,
    200,
  )
