import * as z from 'zod'
import { amountShape, costs, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { routeTarget } from '../input/route-target.ts'
import { defineTool } from '../tool.ts'

export const estimateRouteFee = defineTool({
  name: 'estimate_route_fee',
  title: 'Routing fee',
  description:
    'What routing a payment to an invoice or node would cost. probe: true measures it with real HTLCs that nobody can settle; they lock liquidity until they come back, rarely for days.',
  // a probe sends something, and a host cannot tell the two calls apart
  effect: 'manage',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  requires: [['routing.estimateFee', 'routing.probe']],
  input: z.strictObject({
    destination: field.routeDestination,
    amount_sats: field.amountSats('For a node, or an invoice without amount').optional(),
    probe: z.boolean().describe('Default false').optional(),
  }),
  output: z.object({ ...amountShape('fee'), method: z.enum(['graph', 'probe', 'reserve']) }),
  async run(args, { wallet, signal }) {
    const target = await routeTarget(args.destination, args.amount_sats)
    const { feeMsat, method } =
      args.probe === true
        ? await (wallet.manage.routing?.probe ?? unsupportedNow('probe routes'))({ target, signal })
        : await (wallet.node.routing?.estimateFee ?? unsupportedNow('estimate without a probe'))({
            target,
            signal,
          })
    const data = { ...costs('fee', feeMsat), method }
    return { data, text: `Routing fee about ${satsText(data.fee_sats)} (${method}).` }
  },
})
