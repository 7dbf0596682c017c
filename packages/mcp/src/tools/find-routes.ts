import type { Route } from '@lightning-mcp/core'
import * as z from 'zod'
import { amountShape, costs, counted, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { routeTarget } from '../input/route-target.ts'
import { ASKS, defineTool } from '../tool.ts'

const DEFAULT_LIMIT = 2
const MAX_ROUTES = 10

const routeView = (route: Route) => ({
  ...costs('fee', route.feeMsat),
  cltv_blocks: route.totalCltvDelta,
  hops: route.hops.map((hop) => ({
    node_id: hop.nodeId as string,
    channel_id: hop.channelId,
    ...costs('fee', hop.feeMsat),
  })),
})

export const findRoutes = defineTool({
  name: 'find_routes',
  title: 'Routes',
  description:
    'Candidate routes to an invoice or node through the public graph, cheapest first. Sends nothing; whether they can carry the amount is not known.',
  effect: 'read',
  annotations: ASKS,
  requires: ['routing.findRoutes'],
  input: z.strictObject({
    destination: field.routeDestination,
    amount_sats: field.amountSats('For a node, or an invoice without amount').optional(),
    limit: z.int().min(1).max(MAX_ROUTES).describe(`Default ${DEFAULT_LIMIT}`).optional(),
  }),
  output: z.object({
    routes: z.array(
      z.object({
        ...amountShape('fee'),
        cltv_blocks: z.int(),
        hops: z.array(z.object({ node_id: z.string(), channel_id: z.string(), ...amountShape('fee') })),
      }),
    ),
  }),
  async run(args, { wallet, signal }) {
    const find = wallet.node.routing?.findRoutes ?? unsupportedNow('find routes')
    const limit = args.limit ?? DEFAULT_LIMIT
    const target = await routeTarget(args.destination, args.amount_sats)
    const routes = (await find({ target, limit, signal })).slice(0, limit).map(routeView)
    const told = routes.map(
      ({ hops, fee_sats }) => `${counted(hops.length, 'hop')}, fee ${satsText(fee_sats)}`,
    )
    return {
      data: { routes },
      text:
        routes.length === 0 ? 'No route found.' : `${counted(routes.length, 'route')}: ${told.join('; ')}.`,
    }
  },
})
