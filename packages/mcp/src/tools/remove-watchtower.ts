import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { nodeIdFrom } from '../input/node.ts'
import { defineTool, REPLACES } from '../tool.ts'

export const removeWatchtower = defineTool({
  name: 'remove_watchtower',
  title: 'Remove a watchtower',
  description: 'No longer use a watchtower. Without one, a cheating peer goes unseen while the node is off.',
  effect: 'manage',
  annotations: REPLACES,
  requires: ['watchtowers.remove'],
  input: z.strictObject({ node_id: field.nodeId }),
  output: z.object({ node_id: z.string() }),
  async run(args, { wallet, signal }) {
    const remove = wallet.manage.watchtowers?.remove ?? unsupportedNow('remove watchtowers')
    const nodeId = await nodeIdFrom('node_id', args.node_id)
    await remove({ nodeId, signal })
    return { data: { node_id: nodeId as string }, text: `Watchtower ${nodeId} removed.` }
  },
})
