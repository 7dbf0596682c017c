import { cleanText } from '@lightning-mcp/core'
import * as z from 'zod'
import { outsideText, untrusted } from '../outside-text.ts'
import { defineTool, READS } from '../tool.ts'
import { accountShape, accountView } from '../views/account.ts'

export const getWalletDetails = defineTool({
  name: 'get_wallet_details',
  title: 'Wallet details',
  description: 'Which node or service holds the money, its network, state and permissions.',
  effect: 'read',
  annotations: READS,
  requires: ['getInfo'],
  input: z.strictObject({}),
  output: z.object({
    network: z.string(),
    backend: z.string(),
    version: z.string(),
    online: z.boolean(),
    custodial: z.boolean(),
    node_id: z.string().optional(),
    alias: z.string().optional(),
    untrusted_fields: z.array(z.string()).optional(),
    block_height: z.int().optional(),
    synced: z.boolean().optional(),
    active_channels: z.int().optional(),
    peers: z.int().optional(),
    permissions: z.record(z.string(), z.string()),
    ...accountShape,
  }),
  async run(_args, { wallet, signal }) {
    const { profile, node, online, account } = await wallet.getDetails({ signal })
    const data = {
      network: profile.identity.network,
      backend: profile.identity.kind,
      version: cleanText(node.version ?? profile.version, 80),
      online,
      custodial: profile.custodial,
      ...(node.nodeId === undefined ? {} : { node_id: node.nodeId as string }),
      ...outsideText('alias', node.alias, 64),
      ...(node.blockHeight === undefined ? {} : { block_height: node.blockHeight }),
      ...(node.syncedToChain === undefined ? {} : { synced: node.syncedToChain }),
      ...(node.activeChannels === undefined ? {} : { active_channels: node.activeChannels }),
      ...(node.peers === undefined ? {} : { peers: node.peers }),
      permissions: { ...profile.permissions },
      ...accountView(account),
    }
    return {
      data: { ...data, ...untrusted(data, ['alias']) },
      text: `${data.backend} wallet on ${data.network}, ${online ? 'online' : 'not reachable now'}.`,
    }
  },
})
