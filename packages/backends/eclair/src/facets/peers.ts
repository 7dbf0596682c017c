import { isIPv6 } from 'node:net'
import {
  cleanText,
  LightningError,
  type NodeId,
  nodeId,
  type Peer,
  type PeersFacet,
} from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { shownText } from '../errors.ts'
import { isText, toList, toNodeId, toObject } from '../to-core.ts'

const DEFAULT_PORT = 9735
/** Eclair waits for the handshake. */
const CONNECT_TIMEOUT_MS = 40_000

/** Nodes that this one is connected to, or has channels with. */
export function createPeersFacet(client: EclairClient): PeersFacet {
  return {
    async list({ signal }) {
      return toList(await client.call('peers', {}, { signal }), 'peers').map(toPeer)
    },
    async connect({ nodeId: id, host, signal }) {
      const peer = nodeId(id)
      await connectPeer(client, peer, host, signal)
      return { nodeId: peer, address: host, connected: true }
    },
    async disconnect({ nodeId: id, signal }) {
      const words = await client.call('disconnect', { nodeId: nodeId(id) }, { signal })
      // captures disconnect, disconnect-again; "not found": it was not connected, which is what was asked for
      if (isText(words) && / (disconnecting|not found|not connected)$/.test(words)) return
      throw new LightningError({
        code: 'unavailable',
        message: 'Eclair has not said that it disconnects from the node',
        hint: 'Look into the list of peers.',
        sent: 'maybe',
        ...(isText(words) ? { backend: { message: shownText(words) } } : {}),
      })
    },
  }
}

/** `connect` answers success and failure alike with status 200: captures connect-uri, connect-again, connect-fail. */
export async function connectPeer(
  client: EclairClient,
  peer: NodeId,
  host: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const named = isIPv6(host) ? `[${host}]` : host
  const address = /[^:]:\d{1,5}$/.test(named) ? named : `${named}:${DEFAULT_PORT}`
  const words = await client.call(
    'connect',
    { uri: `${peer}@${address}` },
    { signal, timeoutMs: CONNECT_TIMEOUT_MS },
  )
  if (isText(words) && /^(connected|already connected)$/.test(words)) return
  throw new LightningError({
    code: 'unavailable',
    message: 'Eclair could not connect to the node',
    hint: 'Check the address, and that the node is up and listens.',
    sent: 'no',
    ...(isText(words) ? { backend: { message: shownText(words) } } : {}),
  })
}

function toPeer(value: unknown): Peer {
  const raw = toObject<Record<string, unknown>>(value, 'a peer')
  return {
    nodeId: toNodeId(raw.nodeId),
    ...(isText(raw.address) ? { address: cleanText(raw.address, 200) } : {}),
    connected: raw.state === 'CONNECTED',
  }
}
