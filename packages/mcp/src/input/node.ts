import { LightningError, type NodeId } from '@lightning-mcp/core'

const wrong = (name: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message: `${name} is not a node.`, hint })

/** A node id, alone or as part of `id@host:port`. The codec is loaded here, so that a server starts without it. */
export async function nodeIdFrom(name: string, text: string): Promise<NodeId> {
  const { parseDestination } = await import('@lightning-mcp/codec')
  const bare = text.trim()
  if (!/^0[23][0-9a-f]{64}(?:@|$)/i.test(bare))
    throw wrong(name, 'Give a node id: 66 hexadecimal characters that begin with 02 or 03.')
  const found = parseDestination(bare)
  if (found.kind === 'node-id' || found.kind === 'node-uri') return found.nodeId
  throw wrong(name, 'Give a node id.')
}

/** `id@host:port`: the id, and host and port as they were given. */
export async function nodeAddressFrom(name: string, text: string): Promise<{ nodeId: NodeId; host: string }> {
  const bare = text.trim()
  if (!bare.includes('@')) throw wrong(name, 'Give node id and address together: id@host:port.')
  const { parseNodeUri } = await import('@lightning-mcp/codec')
  const { nodeId, host, port } = parseNodeUri(bare)
  // without a port the node takes its own default: that of a peer is not that of a watchtower
  const shown = host.includes(':') ? `[${host}]` : host
  return { nodeId, host: /:\d+$/.test(bare) ? `${shown}:${port}` : shown }
}
