import { cleanText, LightningError } from '@lightning-mcp/core'
import * as z from 'zod'
import { counted } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { nodeIdFrom } from '../input/node.ts'
import { outsideText, quoted, untrusted } from '../outside-text.ts'
import { isoTimeIf } from '../time.ts'
import { ASKS, defineTool } from '../tool.ts'

const MAX_ADDRESSES = 5

export const getNode = defineTool({
  name: 'get_node',
  title: 'Node',
  description: 'What the public graph knows of a node: alias, addresses, channels, capacity.',
  effect: 'read',
  annotations: ASKS,
  requires: ['graph.getNode'],
  input: z.strictObject({ node_id: field.nodeId }),
  output: z.object({
    node_id: z.string(),
    alias: z.string().optional(),
    untrusted_fields: z.array(z.string()).optional(),
    channels: z.int(),
    capacity_sats: z.int().optional(),
    addresses: z.array(z.string()),
    more_addresses: z.int().optional(),
    updated_at: z.string().optional(),
  }),
  async run(args, { wallet, signal }) {
    const get = wallet.node.graph?.getNode ?? unsupportedNow('look up nodes')
    const nodeId = await nodeIdFrom('node_id', args.node_id)
    const node = await get({ nodeId, signal })
    if (node === undefined)
      throw new LightningError({
        code: 'not_found',
        message: 'The public graph knows no such node.',
        hint: 'Check the id. A node with private channels alone is in no graph.',
      })
    const more = node.addresses.length - MAX_ADDRESSES
    const data = {
      node_id: node.nodeId as string,
      ...outsideText('alias', node.alias, 64),
      channels: node.channels,
      ...(node.capacitySat === undefined ? {} : { capacity_sats: Number(node.capacitySat) }),
      addresses: node.addresses.slice(0, MAX_ADDRESSES).map((address) => cleanText(address, 100)),
      ...(more > 0 ? { more_addresses: more } : {}),
      ...isoTimeIf('updated_at', node.updatedAt),
    }
    const alias = data.alias === undefined ? '' : ` ${quoted(data.alias)}`
    const where = data.addresses.length === 0 ? '' : ` at ${data.addresses.join(', ')}`
    return {
      data: { ...data, ...untrusted(data, data.addresses.length === 0 ? ['alias'] : ['alias', 'addresses']) },
      text: `Node ${data.node_id}${alias}, ${counted(data.channels, 'channel')}${where}.`,
    }
  },
})
