import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type DecodedInvoice,
  LightningError,
  type Msat,
  type RouteTarget,
  type RoutingFacet,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { fromShortChannelId } from '../short-channel-id.ts'
import { toMsat } from '../to-core.ts'

/** Fees from LND's map of the network. EstimateRouteFee is not used: with an invoice it sends real HTLCs. */
export function createRoutingFacet(client: LndClient): RoutingFacet {
  return {
    async estimateFee({ target, signal }) {
      const { routes } = await client.call('queryRoutes', toQuery(target), { signal })
      const [route] = routes
      if (route === undefined)
        throw new LightningError({
          code: 'no_route',
          message: 'LND knows no route to the destination',
          hint: 'Try a smaller amount, or open a channel towards it.',
        })
      return { feeMsat: toMsat(route.total_fees_msat), method: 'graph' }
    },
  }
}

function toQuery(target: RouteTarget): object {
  if ('nodeId' in target) return query(target.nodeId, target.amountMsat)
  const decoded = decodeInvoice(target.invoice)
  const amountMsat = decoded.amountMsat ?? target.amountMsat
  if (amountMsat === undefined)
    throw new LightningError({
      code: 'amount_required',
      message: 'the invoice leaves the amount to the payer, and none was given',
      hint: 'Give the amount.',
    })
  return {
    ...query(decoded.payee, amountMsat),
    final_cltv_delta: decoded.minFinalCltvDelta,
    route_hints: toRouteHints(decoded),
    dest_features: decoded.features,
  }
}

const query = (payee: string, amountMsat: Msat) => ({
  pub_key: payee,
  amt_msat: String(amountMsat),
  // without one LND leaves out routes above 5 %
  fee_limit: { fixed_msat: String(amountMsat) },
  use_mission_control: true,
})

const toRouteHints = ({ routeHints }: DecodedInvoice): object[] =>
  routeHints.map((hops) => ({
    hop_hints: hops.map((hop) => ({
      node_id: hop.nodeId,
      chan_id: fromShortChannelId(hop.shortChannelId),
      fee_base_msat: Number(hop.feeBaseMsat),
      fee_proportional_millionths: hop.feeProportionalMillionths,
      cltv_expiry_delta: hop.cltvExpiryDelta,
    })),
  }))
