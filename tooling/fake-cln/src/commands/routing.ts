import { LightningError, msat, type NodeId, type Route } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import type { Commands } from '../rpc/command.ts'
import { exact } from '../rpc/exact-json.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { badParameter, INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'

const PROBABILITY_PPM = 999_990
const HOP_CLTV_DELTA = 6
const DEFAULT_FINAL_CLTV = 9
/** Layers that askrene has by itself. */
const OWN_LAYERS = ['auto.localchans', 'auto.sourcefree', 'auto.no_mpp_support', 'auto.include_fees']
/** Without it the source asks itself for its own channel's fee. */
const FREE_SOURCE = 'auto.sourcefree'

/** What a payment would cost, from the graph alone. */
export const routingCommands: Commands = {
  getroutes: async (node, params) => {
    const destination = params.nodeId('destination') as NodeId
    const maxFeeMsat = params.msat('maxfee_msat') ?? 0n
    const finalCltv = params.number('final_cltv') ?? DEFAULT_FINAL_CLTV
    if (params.nodeId('source') !== node.id)
      throw new RpcError(-1, 'this fake finds routes from its own node only')
    const layers = readLayers(params)
    const [route] = await candidates(node, destination, params, 205)
    const ownFeeMsat = layers.includes(FREE_SOURCE) ? 0n : await ownFee(node, route)
    if (route === undefined || route.feeMsat + ownFeeMsat > maxFeeMsat)
      throw new RpcError(206, 'Could not find route without excessive cost')
    return {
      probability_ppm: PROBABILITY_PPM,
      routes: [
        {
          probability_ppm: PROBABILITY_PPM,
          amount_msat: exact(params.msat('amount_msat') ?? 0n),
          final_cltv: finalCltv,
          path: pathOf(node, route, finalCltv, ownFeeMsat),
        },
      ],
    }
  },

  getroute: async (node, params) => {
    const destination = params.nodeId('id') as NodeId
    const finalCltv = params.number('cltv') ?? DEFAULT_FINAL_CLTV
    const [route] = await candidates(node, destination, params, INVALID_PARAMS)
    if (route === undefined) throw noRoute(205)
    return {
      route: pathOf(node, route, finalCltv).map((hop, index, path) => ({
        id: hop.node_id_out,
        channel: hop.short_channel_id_dir.split('/')[0],
        direction: Number(hop.short_channel_id_dir.split('/')[1]),
        // what leaves over this channel
        amount_msat: hop.amount_out_msat,
        delay: index === path.length - 1 ? finalCltv : hop.cltv_out,
        style: 'tlv',
      })),
    }
  },
}

function readLayers(params: Parameters): readonly string[] {
  const layers = params.raw('layers')
  if (!Array.isArray(layers)) throw badParameter('layers', 'should be an array', JSON.stringify(layers))
  const unknown = layers.find((layer) => !OWN_LAYERS.includes(layer as string))
  if (unknown !== undefined) throw badParameter('layers', 'unknown layer', JSON.stringify(unknown))
  return layers as readonly string[]
}

async function ownFee(node: FakeNode, route: Route | undefined): Promise<bigint> {
  const [first] = route?.hops ?? []
  const channel = await node.channels.find(first?.channelId ?? '')
  const { feeBaseMsat = 0n, feeProportionalMillionths = 0 } = channel?.policy ?? {}
  return feeBaseMsat + ((first?.amountMsat ?? 0n) * BigInt(feeProportionalMillionths)) / 1_000_000n
}

const noRoute = (code: number): RpcError => new RpcError(code, 'We could not find a usable set of paths.')

async function candidates(
  node: FakeNode,
  destination: NodeId,
  params: Parameters,
  unknownCode: number,
): Promise<readonly Route[]> {
  if (!node.network.nodes.some(({ nodeId }) => nodeId === destination))
    throw new RpcError(unknownCode, `${destination}: unknown destination node_id (no public channels?)`)
  const amountMsat = msat(params.msat('amount_msat') ?? 0n)
  try {
    return await node.link.call('findRoutes', { target: { nodeId: destination, amountMsat }, limit: 5 })
  } catch (error) {
    if (!LightningError.is(error)) throw error
    throw noRoute(205)
  }
}

interface PathHop {
  short_channel_id_dir: string
  node_id_in: string
  node_id_out: string
  amount_in_msat: ReturnType<typeof exact>
  amount_out_msat: ReturnType<typeof exact>
  cltv_in: number
  cltv_out: number
  next_node_id: string
  amount_msat: ReturnType<typeof exact>
  delay: number
}

/** The first hop is the own channel: what enters it also leaves it, but for a fee to oneself. */
function pathOf(node: FakeNode, route: Route, finalCltv: number, ownFeeMsat = 0n): readonly PathHop[] {
  return route.hops.map((hop, index) => {
    const from = route.hops[index - 1]?.nodeId ?? node.id
    const enters = route.hops[index - 1]?.amountMsat ?? hop.amountMsat + ownFeeMsat
    const hopsLeft = route.hops.length - 1 - index
    const leavesCltv = finalCltv + hopsLeft * HOP_CLTV_DELTA
    const entersCltv = index === 0 ? leavesCltv : leavesCltv + HOP_CLTV_DELTA
    return {
      short_channel_id_dir: `${hop.channelId}/${from > hop.nodeId ? 1 : 0}`,
      node_id_in: from,
      node_id_out: hop.nodeId,
      amount_in_msat: exact(enters),
      amount_out_msat: exact(hop.amountMsat),
      cltv_in: entersCltv,
      cltv_out: leavesCltv,
      next_node_id: hop.nodeId,
      amount_msat: exact(enters),
      delay: entersCltv,
    }
  })
}
