import type { Channel, NodeId } from '@lightning-mcp/core'
import { msat } from '@lightning-mcp/core'
import type { RowHop } from './books/outgoing-book.ts'
import { capturedAnswer } from './captures.ts'
import type { EclairNode } from './eclair-node.ts'
import { digits, type JsonObject } from './json.ts'

const capturedUpdate = capturedAnswer<readonly JsonObject[]>('allupdates')[0] as JsonObject

/** A `channel_update` of the graph, signed by nobody: nothing here verifies one. */
export const channelUpdate = (shortChannelId: string, changed: JsonObject = {}): JsonObject => ({
  ...capturedUpdate,
  shortChannelId,
  ...changed,
})

/** One's own channel with the policy that one asks for. */
export const ownChannelUpdate = (channel: Channel, shortChannelId: string): JsonObject =>
  channelUpdate(shortChannelId, {
    cltvExpiryDelta: channel.policy?.cltvExpiryDelta,
    htlcMinimumMsat: digits(channel.policy?.minHtlcMsat ?? 1n),
    feeBaseMsat: digits(channel.policy?.feeBaseMsat ?? 0n),
    feeProportionalMillionths: channel.policy?.feeProportionalMillionths,
    htlcMaximumMsat: digits(channel.policy?.maxHtlcMsat ?? 0n),
  })

/** A path through the network as rows and events tell it. */
export interface PlannedPath {
  readonly hops: readonly RowHop[]
  readonly feeMsat: bigint
}

/** The cheapest path by the graph; none where the node cannot be reached with that amount. */
export async function findPaths(
  node: EclairNode,
  target: string,
  amountMsat: bigint,
): Promise<readonly PlannedPath[]> {
  try {
    const routes =
      (await node.wallet.routing?.findRoutes?.({
        target: { nodeId: target as NodeId, amountMsat: msat(amountMsat) },
        limit: 1,
      })) ?? []
    return routes.map(({ hops, feeMsat }) => {
      let from = node.nodeId
      return {
        feeMsat,
        hops: hops.map(({ nodeId, channelId }) => {
          const hop = { nodeId: from, nextNodeId: nodeId, shortChannelId: channelId }
          from = nodeId
          return hop
        }),
      }
    })
  } catch {
    return []
  }
}

/** Hops with their `channel_update`, under the name that each answer gives it. */
export const fullHops = (hops: readonly RowHop[], name: 'params' | 'source'): readonly JsonObject[] =>
  hops.map(({ nodeId, nextNodeId, shortChannelId = '' }) => ({
    ...(name === 'params' ? { shortChannelId } : {}),
    nodeId,
    nextNodeId,
    [name]: { type: 'announcement', channelUpdate: channelUpdate(shortChannelId) },
  }))
