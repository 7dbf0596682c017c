import { cleanText, type GraphFacet, LightningError, nodeId, sat } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'

/** GetNodeInfo: what LND has heard of a node. */
export function createGraphFacet(client: LndClient): GraphFacet {
  return {
    async getNode({ nodeId: id, signal }) {
      try {
        const { node, num_channels, total_capacity } = await client.call(
          'getNodeInfo',
          { pub_key: nodeId(id) },
          { signal },
        )
        if (node === null) return undefined
        return {
          nodeId: nodeId(node.pub_key),
          ...(node.alias === '' ? {} : { alias: cleanText(node.alias, 64) }),
          channels: num_channels,
          capacitySat: sat(BigInt(total_capacity)),
          addresses: node.addresses.map(({ addr }) => cleanText(addr, 200)),
          // a node known by its channels alone has announced nothing
          ...(node.last_update === 0 ? {} : { updatedAt: node.last_update }),
        }
      } catch (error) {
        if (LightningError.is(error) && error.code === 'not_found') return undefined
        throw error
      }
    },
  }
}
