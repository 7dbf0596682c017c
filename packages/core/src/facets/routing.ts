import type { CallOptions } from '../call-options.ts'
import type { NodeId } from '../hex.ts'
import type { Msat } from '../units.ts'

export type FeeEstimateMethod = 'graph' | 'probe' | 'reserve'

export interface FeeEstimate {
  feeMsat: Msat
  /** `graph`: from public data, no HTLC. `probe`: real HTLCs were sent and failed back. `reserve`: the backend's own worst fee. */
  method: FeeEstimateMethod
}

export interface Route {
  feeMsat: Msat
  totalCltvDelta: number
  hops: readonly RouteHop[]
}

export interface RouteHop {
  nodeId: NodeId
  channelId: string
  amountMsat: Msat
  feeMsat: Msat
}

export type RouteTarget = { invoice: string; amountMsat?: Msat } | { nodeId: NodeId; amountMsat: Msat }

/** Asking what a payment would cost. */
export interface RoutingFacet {
  /**
   * Estimates the routing fee.
   * Requires: `routing.estimateFee`.
   * Behavior:
   * - No HTLC leaves the node: the method is `graph` or `reserve`. [probe-declared-side-effecting]
   * - A destination that cannot be reached throws `no_route`. [probe-declared-side-effecting]
   */
  estimateFee(request: { target: RouteTarget } & CallOptions): Promise<FeeEstimate>
  /**
   * Measures the routing fee with real HTLCs that nobody can settle. They lock liquidity until they
   * come back, which a stuck peer can delay for days.
   * Requires: `routing.probe`.
   * Behavior:
   * - Nothing is paid, and the method is `probe`. [probe-pays-nothing]
   */
  probe?(request: { target: RouteTarget } & CallOptions): Promise<FeeEstimate>
  /**
   * Candidate routes, cheapest first, at most `limit`.
   * Requires: `routing.findRoutes`.
   * Behavior:
   * - Each leads to the target with the whole amount, and its hops' fees add up. [routes-lead-to-target]
   */
  findRoutes?(request: { target: RouteTarget; limit: number } & CallOptions): Promise<readonly Route[]>
}
