import { assertPayable } from '@lightning-mcp/codec'
import {
  type FeeEstimate,
  LightningError,
  type Msat,
  msat,
  type NodeId,
  type Route,
  type RouteTarget,
} from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { probe } from '../payments/probe.ts'
import type { PlannedRoute, RouteRequest } from '../routing/find-route.ts'
import { findRoutes } from '../routing/find-routes.ts'

const DEFAULT_FINAL_CLTV_DELTA = 80

/** What a payment would cost, by the public graph. No HTLC leaves the node. */
export const routingCalls = (state: NetworkState, name: string) => ({
  estimateFee: (request: { target: RouteTarget }): FeeEstimate => {
    const [cheapest] = candidates(state, name, request.target, 1)
    return { feeMsat: cheapest?.feeMsat ?? msat(0n), method: 'graph' }
  },

  /** Sends an HTLC that nobody can settle, and measures how far it got. */
  probe: async (request: { target: RouteTarget }): Promise<FeeEstimate> => ({
    feeMsat: await probe(state, name, readTarget(state, request.target)),
    method: 'probe',
  }),

  findRoutes: (request: { target: RouteTarget; limit: number }): readonly Route[] =>
    candidates(state, name, request.target, Math.min(Math.max(1, request.limit), 20)).map((route) =>
      toRoute(state, route),
    ),
})

function candidates(
  state: NetworkState,
  name: string,
  target: RouteTarget,
  limit: number,
): readonly PlannedRoute[] {
  const { destination, amountMsat, finalCltvDelta } = readTarget(state, target)
  const recipient = state.nodesById.get(destination)
  const request: RouteRequest = { source: name, target: recipient?.name ?? '', amountMsat, finalCltvDelta }
  const routes = recipient === undefined ? [] : findRoutes(state, request, limit)
  if (routes.length > 0) return routes
  throw new LightningError({
    code: 'no_route',
    message: 'no route to the destination can carry that amount',
    hint: 'Try a smaller amount, or check the balance.',
  })
}

function readTarget(
  state: NetworkState,
  target: RouteTarget,
): { destination: NodeId; amountMsat: Msat; finalCltvDelta: number } {
  if ('nodeId' in target)
    return {
      destination: target.nodeId,
      amountMsat: msat(target.amountMsat),
      finalCltvDelta: DEFAULT_FINAL_CLTV_DELTA,
    }
  const { decoded, amountMsat } = assertPayable(target, { network: 'regtest', nowSeconds: state.now() })
  return { destination: decoded.payee, amountMsat, finalCltvDelta: decoded.minFinalCltvDelta }
}

function toRoute(state: NetworkState, route: PlannedRoute): Route {
  return {
    feeMsat: route.feeMsat,
    totalCltvDelta: route.hops[0]?.cltvDelta ?? 0,
    hops: route.hops.map((hop, index) => ({
      nodeId: state.node(hop.to).nodeId,
      channelId: hop.channel.shortChannelId ?? hop.channel.id,
      amountMsat: hop.amountMsat,
      feeMsat: msat(hop.amountMsat - (route.hops[index + 1]?.amountMsat ?? hop.amountMsat)),
    })),
  }
}
