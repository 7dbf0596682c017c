import { cleanText, type GraphFacet, LightningError, nodeId } from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { unreadable } from '../errors.ts'
import { isText, toNodeId, toObject, toSat, toSeconds } from '../to-core.ts'

const MOST_ADDRESSES = 20

interface RawNode {
  announcement: { nodeId: unknown; alias: unknown; addresses: unknown; timestamp: unknown }
  activeChannels: unknown
  totalCapacity: unknown
}

/** `node`: captures node, node-unknown. */
export function createGraphFacet(client: EclairClient): GraphFacet {
  return {
    async getNode({ nodeId: id, signal }) {
      try {
        return toGraphNode(await client.call('node', { nodeId: nodeId(id) }, { signal }))
      } catch (error) {
        if (LightningError.is(error) && error.code === 'not_found') return undefined
        throw error
      }
    },
  }
}

function toGraphNode(value: unknown) {
  const raw = toObject<Partial<RawNode>>(value, 'node')
  const {
    nodeId: id,
    alias,
    addresses,
    timestamp,
  } = toObject<RawNode['announcement']>(raw.announcement, 'the announcement of a node')
  if (typeof raw.activeChannels !== 'number') throw unreadable('a node has no number of channels')
  return {
    nodeId: toNodeId(id),
    ...(isText(alias) ? { alias: cleanText(alias, 64) } : {}),
    channels: raw.activeChannels,
    capacitySat: toSat(raw.totalCapacity),
    addresses: Array.isArray(addresses)
      ? addresses
          .filter(isText)
          .slice(0, MOST_ADDRESSES)
          .map((address) => cleanText(address, 200))
      : [],
    updatedAt: toSeconds(timestamp),
  }
}
