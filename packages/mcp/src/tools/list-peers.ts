import { cleanText, type Peer } from '@lightning-mcp/core'
import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { listedText } from '../outside-text.ts'
import { defineTool, READS } from '../tool.ts'
import { pageFields, pageShape, slicePage } from '../views/page.ts'

const DEFAULT_LIMIT = 10

const peerView = (peer: Peer) => ({
  node_id: peer.nodeId as string,
  ...listedText('alias', peer.alias),
  // where an inbound one came from, nobody listens
  ...(peer.address === undefined || peer.inbound === true ? {} : { address: cleanText(peer.address, 100) }),
  connected: peer.connected,
})

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
    ...pageShape,
  }),
  async run(args, { wallet, signal }) {
    const facet = wallet.node.peers ?? unsupportedNow('list peers')
    const all = await facet.list({ signal })
    const { items, nextCursor } = slicePage(all, {
      limit: args.limit ?? DEFAULT_LIMIT,
      cursor: args.cursor,
    })
    const peers = items.map(peerView)
    return {
      data: { peers, ...pageFields('peers', peers, ['alias'], nextCursor) },
      text: `${peers.length} of ${all.length} peers${peers.length === 0 ? '' : `: ${peers.map((peer) => `${peer.node_id}${peer.connected ? '' : ' (not connected)'}`).join(', ')}`}.`,
    }
  },
})
