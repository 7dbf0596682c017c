import { cleanText, LightningError, type Peer } from '@lightning-mcp/core'
import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { listedText } from '../outside-text.ts'
import { defineTool, READS } from '../tool.ts'

const DEFAULT_LIMIT = 10

const peerView = (peer: Peer) => ({
  node_id: peer.nodeId as string,
  ...listedText('alias', peer.alias),
  ...(peer.address === undefined ? {} : { address: cleanText(peer.address, 100) }),
  connected: peer.connected,
})

/** A backend answers all peers at once, so the cursor is ours: where the next page starts. */
function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor)
  throw new LightningError({
    code: 'invalid_request',
    message: 'cursor is not a next_cursor of this tool.',
    hint: 'Leave cursor out to start from the beginning.',
  })
}

export const listPeers = defineTool({
  name: 'list_peers',
  title: 'Peers',
  description: 'Nodes that this one is connected to, a page at a time.',
  effect: 'read',
  annotations: READS,
  requires: ['peers.list'],
  input: z.strictObject({ limit: field.limit(DEFAULT_LIMIT).optional(), cursor: field.cursor.optional() }),
  output: z.object({
    peers: z.array(
      z.object({
        node_id: z.string(),
        alias: z.string().optional(),
        address: z.string().optional(),
        connected: z.boolean(),
      }),
    ),
    untrusted_fields: z.array(z.string()).optional(),
    next_cursor: z.string().optional(),
  }),
  async run(args, { wallet, signal }) {
    const start = startOf(args.cursor)
    const facet = wallet.node.peers ?? unsupportedNow('list peers')
    const all = await facet.list({ signal })
    const end = start + (args.limit ?? DEFAULT_LIMIT)
    const peers = all.slice(start, end).map(peerView)
    const hasAlias = peers.some((peer) => peer.alias !== undefined)
    return {
      data: {
        peers,
        ...(hasAlias ? { untrusted_fields: ['peers[].alias'] } : {}),
        ...(end < all.length ? { next_cursor: String(end) } : {}),
      },
      text: `${peers.length} of ${all.length} peers${peers.length === 0 ? '' : `: ${peers.map((peer) => `${peer.node_id}${peer.connected ? '' : ' (not connected)'}`).join(', ')}`}.`,
    }
  },
})
