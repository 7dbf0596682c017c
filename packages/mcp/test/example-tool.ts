import * as z from 'zod'
import { outsideText, untrusted } from '../src/outside-text.ts'
import { defineTool, READS } from '../src/tool.ts'

export const getNodeAlias = defineTool({
  name: 'get_node_alias',
  title: 'Alias of the node',
  description: 'The name under which the node is known, and its height.',
  effect: 'read',
  annotations: READS,
  requires: ['getInfo'],
  input: z.strictObject({}),
  output: z.object({
    alias: z.string().optional(),
    untrusted_fields: z.array(z.string()).optional(),
    block_height: z.int().optional(),
  }),
  async run(_args, { wallet, signal }) {
    const { node } = await wallet.getDetails({ signal })
    const data = {
      ...outsideText('alias', node.alias, 64),
      ...(node.blockHeight === undefined ? {} : { block_height: node.blockHeight }),
    }
    return {
      data: { ...data, ...untrusted(data, ['alias']) },
      text: `Height ${data.block_height ?? 'unknown'}.`,
    }
  },
})
