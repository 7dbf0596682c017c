import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { nodeAddressFrom } from '../input/node.ts'
import { defineTool, SETS } from '../tool.ts'

export const addWatchtower = defineTool({
  name: 'add_watchtower',
  title: 'Add a watchtower',
  description:
    'Let a watchtower guard this node’s channels. It learns when they are cheated on, not what they hold.',
  effect: 'manage',
  annotations: { ...SETS, openWorldHint: true },
  requires: ['watchtowers.add'],
  input: z.strictObject({ watchtower: field.nodeAddress }),
  output: z.object({ node_id: z.string(), address: z.string() }),
  async run(args, { wallet, signal }) {
    const add = wallet.manage.watchtowers?.add ?? unsupportedNow('add watchtowers')
    const { nodeId, host } = await nodeAddressFrom('watchtower', args.watchtower)
    await add({ nodeId, address: host, signal })
    return {
      data: { node_id: nodeId as string, address: host },
      text: `Watchtower ${nodeId} at ${host} added; it guards once list_watchtowers shows a session with it, which can take minutes.`,
    }
  },
})
