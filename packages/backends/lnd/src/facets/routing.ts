import {
  type CallOptions,
  type Capabilities,
  LightningError,
  nodeId,
  type Route,
  type RouteTarget,
  type RoutingFacet,
  supports,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import type { RawRoute } from '../schemas.ts'
import { toShortChannelId } from '../short-channel-id.ts'
import { toMsat } from '../to-core.ts'
import { probe } from './probe.ts'
import { noRoute, readTarget, wayTo } from './route-target.ts'

/** Each candidate costs LND a search. */
const MOST_ROUTES = 10

/** Fees and routes from LND's map of the network, which sends nothing; probing apart. */
export function createRoutingFacet(client: LndClient, capabilities: Capabilities): RoutingFacet {
  return {
    async estimateFee({ target, signal }) {
      const route = await findRoute(client, target, [], signal)
      if (route === undefined) throw noRoute()
      return { feeMsat: toMsat(route.total_fees_msat), method: 'graph' }
    },
    ...(supports(capabilities, 'routing.findRoutes')
      ? { findRoutes: (request) => findRoutes(client, request) }
      : {}),
    ...(supports(capabilities, 'routing.probe') ? { probe: (request) => probe(client, request) } : {}),
  }
}

/** A step between two nodes that a search leaves out. */
interface NodePair {
  from: Buffer
  to: Buffer
}

/** QueryRoutes answers one route. */
async function findRoute(
  client: LndClient,
  target: RouteTarget,
  ignored: readonly NodePair[],
  signal: AbortSignal | undefined,
): Promise<RawRoute | undefined> {
  const read = readTarget(target)
  const { routes } = await client.call(
    'queryRoutes',
    {
      pub_key: read.payee,
      amt_msat: String(read.amountMsat),
      // without one LND leaves out routes above 5 %
      fee_limit: { fixed_msat: String(read.amountMsat) },
      use_mission_control: true,
      ignored_pairs: ignored,
      ...wayTo(read),
    },
    { signal },
  )
  return routes[0]
}

/** Asks again and again, each time without the dearest step of the route before. */
async function findRoutes(
  client: LndClient,
  { target, limit, signal }: { target: RouteTarget; limit: number } & CallOptions,
): Promise<readonly Route[]> {
  const { identity_pubkey: self, block_height } = await client.call('getInfo', {}, { signal })
  const routes: Route[] = []
  const ignored: NodePair[] = []
  while (routes.length < Math.min(limit, MOST_ROUTES)) {
    const raw = await findRoute(client, target, ignored, signal).catch((error: unknown) => {
      // that there is no other is no error
      if (LightningError.is(error) && error.code === 'no_route' && routes.length > 0) return undefined
      throw error
    })
    if (raw === undefined) break
    routes.push(toRoute(raw, block_height))
    ignored.push(dearestPair(raw, self))
  }
  return routes.toSorted((a, b) => Number(a.feeMsat - b.feeMsat))
}

/** A hop's fee is taken by the node at its beginning for the step after it, so the step to leave out is the next one. */
function dearestPair({ hops }: RawRoute, self: string): NodePair {
  const dearest = hops.reduce(
    (best, { fee_msat }, index) => (BigInt(fee_msat) > BigInt(hops[best]?.fee_msat ?? 0) ? index : best),
    0,
  )
  const free = BigInt(hops[dearest]?.fee_msat ?? 0) === 0n
  const key = (id: string | undefined): Buffer => Buffer.from(id ?? '', 'hex')
  return free
    ? { from: key(self), to: key(hops[0]?.pub_key) }
    : { from: key(hops[dearest]?.pub_key), to: key(hops[dearest + 1]?.pub_key) }
}

/** LND tells the height at which the first HTLC times out. */
const toRoute = (raw: RawRoute, height: number): Route => ({
  feeMsat: toMsat(raw.total_fees_msat),
  totalCltvDelta: Math.max(0, raw.total_time_lock - height),
  hops: raw.hops.map((hop) => ({
    nodeId: nodeId(hop.pub_key),
    channelId: toShortChannelId(hop.chan_id) ?? '',
    amountMsat: toMsat(hop.amt_to_forward_msat),
    feeMsat: toMsat(hop.fee_msat),
  })),
})
