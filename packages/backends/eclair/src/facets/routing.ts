import { decodeInvoice } from '@lightning-mcp/codec'
import {
  LightningError,
  type Msat,
  msat,
  nodeId,
  type Route,
  type RouteHop,
  type RouteTarget,
  type RoutingFacet,
} from '@lightning-mcp/core'
import type { EclairClient, Form } from '../client.ts'
import { toList, toMsat, toNodeId, toObject } from '../to-core.ts'

/** Where a node says nothing: BOLT 11. */
const DEFAULT_FINAL_DELTA = 18

/** `findroute` and `findroutetonode`: from Eclair's map of the network, no HTLC leaves the node. */
export function createRoutingFacet(client: EclairClient): RoutingFacet {
  return {
    async estimateFee({ target, signal }) {
      const [route] = await findRoutes(client, target, signal)
      if (route === undefined)
        throw new LightningError({
          code: 'no_route',
          message: 'Eclair knows no route to the destination',
          hint: 'Try a smaller amount, or open a channel towards it.',
        })
      return { feeMsat: route.feeMsat, method: 'graph' }
    },
    async findRoutes({ target, limit, signal }) {
      return (await findRoutes(client, target, signal)).slice(0, Math.max(1, limit))
    },
  }
}

async function findRoutes(
  client: EclairClient,
  target: RouteTarget,
  signal: AbortSignal | undefined,
): Promise<readonly Route[]> {
  const { method, form, amountMsat, finalDelta } = toQuery(target)
  const answer = await client.call(
    method,
    // without a limit Eclair leaves out routes above 3 %
    { ...form, format: 'full', maxFeeMsat: amountMsat },
    { signal },
  )
  const { routes } = toObject<{ routes?: unknown }>(answer, method)
  return toList(routes, 'the routes')
    .map((each) => toRoute(each, amountMsat, finalDelta))
    .sort((a, b) => (a.feeMsat < b.feeMsat ? -1 : 1))
}

interface Query {
  method: 'findroute' | 'findroutetonode'
  form: Form
  amountMsat: Msat
  finalDelta: number
}

function toQuery(target: RouteTarget): Query {
  if ('nodeId' in target) {
    const amountMsat = msat(target.amountMsat)
    return {
      method: 'findroutetonode',
      form: { nodeId: nodeId(target.nodeId), amountMsat },
      amountMsat,
      finalDelta: DEFAULT_FINAL_DELTA,
    }
  }
  const { invoice, amountMsat: fixed, minFinalCltvDelta } = decodeInvoice(target.invoice)
  const amountMsat = fixed ?? target.amountMsat
  if (amountMsat === undefined)
    throw new LightningError({
      code: 'amount_required',
      message: 'the invoice leaves the amount to the payer, and none was given',
      hint: 'Give the amount.',
    })
  return {
    method: 'findroute',
    form: { invoice, ...(fixed === undefined ? { amountMsat } : {}) },
    amountMsat,
    finalDelta: minFinalCltvDelta,
  }
}

interface RelayTerms {
  shortChannelId: string
  feeBaseMsat: bigint
  feeProportionalMillionths: bigint
  cltvExpiryDelta: number
}

/** Capture findroute-full. Each hop tells what its own node asks for; the first one is this node itself, which asks for nothing. */
function toRoute(value: unknown, amountMsat: Msat, finalDelta: number): Route {
  const raw = toObject<{ hops?: unknown }>(value, 'a route')
  const hops = toList(raw.hops, 'the hops of a route').map((each) =>
    toObject<{ nextNodeId?: unknown; source?: unknown }>(each, 'a hop'),
  )
  const read: RouteHop[] = []
  let carried: Msat = amountMsat
  let keptByNext: Msat = msat(0n)
  let totalCltvDelta = finalDelta
  for (const [index, hop] of [...hops.entries()].reverse()) {
    const terms = readTerms(hop.source)
    read.unshift({
      nodeId: toNodeId(hop.nextNodeId),
      channelId: terms.shortChannelId,
      amountMsat: carried,
      feeMsat: keptByNext,
    })
    if (index === 0) break
    keptByNext = msat(terms.feeBaseMsat + (carried * terms.feeProportionalMillionths) / 1_000_000n)
    carried = msat(carried + keptByNext)
    totalCltvDelta += terms.cltvExpiryDelta
  }
  return { feeMsat: msat(carried - amountMsat), totalCltvDelta, hops: read }
}

/** An announced channel carries its update; one from an invoice's hint its terms alone, under other names. */
function readTerms(source: unknown): RelayTerms {
  const raw = toObject<Record<string, unknown>>(source, 'the terms of a hop')
  const terms = toObject<Record<string, unknown>>(
    raw.channelUpdate ?? raw.extraHop ?? raw,
    'the terms of a hop',
  )
  const fees = (terms.relayFees ?? terms) as Record<string, unknown>
  return {
    shortChannelId: String(terms.shortChannelId),
    feeBaseMsat: toMsat(fees.feeBaseMsat ?? fees.feeBase),
    feeProportionalMillionths: toMsat(fees.feeProportionalMillionths, 'a fee rate'),
    cltvExpiryDelta: Number(terms.cltvExpiryDelta ?? 0),
  }
}
