import { cleanText } from '@lightning-mcp/core'
import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { nodeAddressFrom } from '../input/node.ts'
import { defineTool, SETS } from '../tool.ts'

export const connectPeer = defineTool({
  name: 'connect_peer',
  title: 'Connect to a peer',
  description: 'Connect to a node, so that a channel can be opened with it. Costs nothing.',
  effect: 'manage',
  annotations: { ...SETS, openWorldHint: true },
  requires: ['peers.connect'],
  input: z.strictObject({ peer: field.nodeAddress }),
  output: z.object({ node_id: z.string(), address: z.string().optional(), connected: z.boolean() }),
  async run(args, { wallet, signal }) {
    const connect = wallet.manage.peers?.connect ?? unsupportedNow('connect to peers')
    const peer = await connect({ ...(await nodeAddressFrom('peer', args.peer)), signal })
    return {
      data: {
        node_id: peer.nodeId as string,
        ...(peer.address === undefined ? {} : { address: cleanText(peer.address, 100) }),
        connected: peer.connected,
      },
      text: `${peer.connected ? 'Connected' : 'Not connected yet'} to ${peer.nodeId}.`,
    }
  },
})
