import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type DecodedInvoice,
  LightningError,
  type Msat,
  type NodeId,
  nodeId,
  type RouteTarget,
} from '@lightning-mcp/core'
import { fromShortChannelId } from '../short-channel-id.ts'

/** Where a route shall lead; `decoded` of an invoice. */
export interface ReadTarget {
  payee: NodeId
  amountMsat: Msat
  decoded?: DecodedInvoice
}

/** Throws `amount_required` or what decoding throws. */
export function readTarget(target: RouteTarget): ReadTarget {
  if ('nodeId' in target) return { payee: nodeId(target.nodeId), amountMsat: target.amountMsat }
  const decoded = decodeInvoice(target.invoice)
  const amountMsat = decoded.amountMsat ?? target.amountMsat
  if (amountMsat === undefined)
    throw new LightningError({
      code: 'amount_required',
      message: 'the invoice leaves the amount to the payer, and none was given',
      hint: 'Give the amount.',
    })
  return { payee: decoded.payee, amountMsat, decoded }
}

/** What an invoice says about the way to its payee, as LND takes it. */
export const wayTo = ({ decoded }: ReadTarget): object =>
  decoded === undefined
    ? {}
    : {
        final_cltv_delta: decoded.minFinalCltvDelta,
        route_hints: toRouteHints(decoded),
        dest_features: decoded.features,
      }

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

export const noRoute = (): LightningError =>
  new LightningError({
    code: 'no_route',
    message: 'LND knows no route to the destination',
    hint: 'Try a smaller amount, or open a channel towards it.',
  })
