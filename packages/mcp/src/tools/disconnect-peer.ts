import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { nodeIdFrom } from '../input/node.ts'
import { defineTool, REPLACES } from '../tool.ts'

export const disconnectPeer = defineTool({
  name: 'disconnect_peer',
  title: 'Disconnect from a peer',
  description:
    'Disconnect from a node. Channels with it stop working until it is connected again; the node may connect again by itself.',
  effect: 'manage',
  annotations: { ...REPLACES, openWorldHint: true },
  requires: ['peers.disconnect'],
  input: z.strictObject({ node_id: field.nodeId }),
  output: z.object({ node_id: z.string(), connected: z.boolean() }),
  async run(args, { wallet, signal }) {
    const disconnect = wallet.manage.peers?.disconnect ?? unsupportedNow('disconnect from peers')
    const nodeId = await nodeIdFrom('node_id', args.node_id)
    await disconnect({ nodeId, signal })
    return { data: { node_id: nodeId as string, connected: false }, text: `Disconnected from ${nodeId}.` }
  },
})
