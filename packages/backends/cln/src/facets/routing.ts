import { decodeInvoice } from '@lightning-mcp/codec'
import {
  addMsat,
  clampSubMsat,
  LightningError,
  type Msat,
  msat,
  type NodeId,
  nodeId,
  type Route,
  type RouteHintHop,
  type RouteTarget,
  type RoutingFacet,
} from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import type { Method } from '../methods.ts'
import type { RawRouteHop, RawRoutes } from '../schemas.ts'
import { toList, toMsat, unreadable } from '../to-core.ts'

/** Own channels with what they hold now, and no fee for the first hop: captured in getroutes. */
const LAYERS = ['auto.localchans', 'auto.sourcefree'] as const
/** Getroute's weight of risk against fee: its manual's example. */
const RISK_FACTOR = 10
const DEFAULT_FINAL_CLTV = 18

/** Routes from the map of the network; no HTLC leaves the node. */
export function createRoutingFacet(
  client: ClnClient,
  has: (method: Method) => boolean,
  ownId: (signal: AbortSignal | undefined) => Promise<string>,
): RoutingFacet {
  const find = async (target: RouteTarget, signal: AbortSignal | undefined): Promise<readonly Route[]> => {
    const query = toQuery(target)
    try {
      return has('getroutes')
        ? await getRoutes(client, query, await ownId(signal), signal)
        : [await getRoute(client, query, signal)]
    } catch (error) {
      throw asNoRoute(error)
    }
  }
  return {
    async estimateFee({ target, signal }) {
      const routes = await find(target, signal)
      return { feeMsat: addMsat(...routes.map(({ feeMsat }) => feeMsat)), method: 'graph' }
    },
    async findRoutes({ target, limit, signal }) {
      const routes = await find(target, signal)
      return routes.toSorted((a, b) => (a.feeMsat < b.feeMsat ? -1 : 1)).slice(0, limit)
    },
  }
}

interface Query {
  /** Where the public part of the route ends. */
  destination: NodeId
  /** What has to arrive there. */
  amountMsat: Msat
  finalCltv: number
  /** From there on, as the payee says. */
  hint: readonly RouteHintHop[]
  payee: NodeId
  /** What the payee gets. */
  payeeMsat: Msat
}

function toQuery(target: RouteTarget): Query {
  if ('nodeId' in target) {
    const destination = nodeId(target.nodeId)
    const { amountMsat } = target
    return {
      destination,
      amountMsat,
      finalCltv: DEFAULT_FINAL_CLTV,
      hint: [],
      payee: destination,
      payeeMsat: amountMsat,
    }
  }
  const decoded = decodeInvoice(target.invoice)
  const payeeMsat = decoded.amountMsat ?? target.amountMsat
  if (payeeMsat === undefined)
    throw new LightningError({
      code: 'amount_required',
      message: 'the invoice leaves the amount to the payer, and none was given',
      hint: 'Give the amount.',
    })
  const [hint = []] = decoded.routeHints
  const [entry] = hint
  return {
    // a payee behind private channels is reached where they begin
    destination: entry?.nodeId ?? decoded.payee,
    amountMsat: hint.reduceRight(withFee, payeeMsat),
    finalCltv: hint.reduce((sum, hop) => sum + hop.cltvExpiryDelta, decoded.minFinalCltvDelta),
    hint,
    payee: decoded.payee,
    payeeMsat,
  }
}

/** What a hop must be given so that it passes on an amount (BOLT 7). */
const withFee = (amountMsat: Msat, { feeBaseMsat, feeProportionalMillionths }: RouteHintHop): Msat =>
  msat(amountMsat + feeBaseMsat + (amountMsat * BigInt(feeProportionalMillionths)) / 1_000_000n)

async function getRoutes(
  client: ClnClient,
  query: Query,
  source: string,
  signal: AbortSignal | undefined,
): Promise<readonly Route[]> {
  const { destination, amountMsat, finalCltv } = query
  // the node itself is where the private channels begin
  if (destination === source) return [ownRoute(query)]
  const reply = await client.call(
    'getroutes',
    {
      source,
      destination,
      amount_msat: amountMsat,
      layers: LAYERS,
      // an estimate, not a limit
      maxfee_msat: amountMsat > 1_000_000n ? amountMsat : 1_000_000n,
      final_cltv: finalCltv,
    },
    { signal },
  )
  const routes = toList(reply.routes).map((route) => toRoute(route, query))
  if (routes.length === 0) throw noRoute()
  return routes
}

const ownRoute = ({ hint, payee, payeeMsat, finalCltv }: Query): Route => ({
  feeMsat: msat(0n),
  totalCltvDelta: finalCltv,
  hops: hint.map(({ shortChannelId }, index) => ({
    nodeId: hint[index + 1]?.nodeId ?? payee,
    channelId: shortChannelId,
    amountMsat: payeeMsat,
    feeMsat: msat(0n),
  })),
})

/** One path of an answer; several carry parts of the amount. The hint's fee is shared by what each carries. */
function toRoute(raw: RawRoutes['routes'][number], query: Query): Route {
  const path = toList(raw.path)
  const arrives = toMsat(raw.amount_msat)
  const incoming = path.map((hop) => toMsat(hop.amount_in_msat ?? hop.amount_msat))
  const sentMsat = incoming[0]
  if (sentMsat === undefined) throw unreadable('a route has no hop')
  const hops = path.map((hop, index) => {
    const amountMsat =
      hop.amount_out_msat === undefined ? (incoming[index + 1] ?? arrives) : toMsat(hop.amount_out_msat)
    return {
      nodeId: nodeId(hop.node_id_out ?? hop.next_node_id ?? ''),
      channelId: hop.short_channel_id_dir.split('/')[0] ?? '',
      amountMsat,
      feeMsat: clampSubMsat(incoming[index] ?? amountMsat, amountMsat),
    }
  })
  // a part carries its share of what the hint costs, rounded against us
  const hintMsat = clampSubMsat(query.amountMsat, query.payeeMsat)
  const share = query.amountMsat === 0n ? 0n : (hintMsat * arrives + query.amountMsat - 1n) / query.amountMsat
  return {
    feeMsat: msat(sentMsat - arrives + share),
    totalCltvDelta: Number(path[0]?.cltv_in ?? path[0]?.delay ?? raw.final_cltv),
    hops: [...hops, ...hintHops(query)],
  }
}

const hintHops = ({ hint, payee, payeeMsat }: Query): Route['hops'] =>
  hint.map((hop, index) => {
    const amountMsat = hint.slice(index + 1).reduceRight(withFee, payeeMsat)
    return {
      nodeId: hint[index + 1]?.nodeId ?? payee,
      channelId: hop.shortChannelId,
      amountMsat,
      feeMsat: clampSubMsat(withFee(amountMsat, hop), amountMsat),
    }
  })

async function getRoute(client: ClnClient, query: Query, signal: AbortSignal | undefined): Promise<Route> {
  const { destination, amountMsat, finalCltv } = query
  const { route } = await client.call(
    'getroute',
    { id: destination, amount_msat: amountMsat, riskfactor: RISK_FACTOR, cltv: finalCltv },
    { signal },
  )
  const path = toList(route)
  const [first] = path
  if (first === undefined) throw noRoute()
  return {
    feeMsat: clampSubMsat(toMsat(first.amount_msat), query.payeeMsat),
    totalCltvDelta: Number(first.delay),
    hops: [...path.map(toHop), ...hintHops(query)],
  }
}

/** Getroute tells what each hop is given; its fee is what the next one gets less. */
function toHop(hop: RawRouteHop, index: number, path: readonly RawRouteHop[]) {
  const given = toMsat(hop.amount_msat)
  const next = path[index + 1]
  const amountMsat = next === undefined ? given : toMsat(next.amount_msat)
  return {
    nodeId: nodeId(hop.id),
    channelId: hop.channel,
    amountMsat,
    feeMsat: clampSubMsat(given, amountMsat),
  }
}

const noRoute = (cause?: unknown): LightningError =>
  new LightningError({
    code: 'no_route',
    message: 'Core Lightning knows no route to the destination',
    hint: 'Try a smaller amount, or open a channel towards it.',
    ...(cause === undefined ? {} : { cause }),
  })

const ROUTE_CODES: ReadonlySet<string> = new Set(['no_route', 'fee_limit_exceeded', 'insufficient_balance'])

/** An unknown node is a bad parameter to Core Lightning: captured as getroute-none. */
function asNoRoute(error: unknown): unknown {
  if (!LightningError.is(error)) return error
  const words = error.backend?.message ?? ''
  return ROUTE_CODES.has(error.code) ||
    /unknown (source|destination)|no public channels|could not find/i.test(words)
    ? noRoute(error)
    : error
}
