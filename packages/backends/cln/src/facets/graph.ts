import { cleanText, type GraphFacet, nodeId, sat } from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import { toList, toMsat } from '../to-core.ts'
import { addressText } from './peers.ts'

export function createGraphFacet(client: ClnClient): GraphFacet {
  return {
    async getNode({ nodeId: wanted, signal }) {
      const id = nodeId(wanted)
      const [{ nodes }, { channels }] = await Promise.all([
        client.call('listnodes', { id }, { signal }),
        client.call('listchannels', { source: id }, { signal }),
      ])
      const [node] = toList(nodes)
      if (node === undefined) return undefined
      const capacities = new Map(
        toList(channels).map(({ short_channel_id, amount_msat }) => [short_channel_id, toMsat(amount_msat)]),
      )
      const total = [...capacities.values()].reduce((sum: bigint, amount) => sum + amount, 0n)
      return {
        nodeId: id,
        // known by its channels alone, it has told no name yet
        ...(node.alias === undefined ? {} : { alias: cleanText(String(node.alias), 64) }),
        channels: capacities.size,
        capacitySat: sat(total / 1000n),
        addresses: (node.addresses ?? []).filter(({ address }) => address !== undefined).map(addressText),
        ...(node.last_timestamp === undefined ? {} : { updatedAt: Number(node.last_timestamp) }),
      }
    },
  }
}
