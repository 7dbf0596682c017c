import type { FeeEstimate } from '@lightning-mcp/core'
import * as z from 'zod'
import { amountShape, costs, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { routeTarget } from '../input/route-target.ts'
import { ASKS, defineTool } from '../tool.ts'

const common = {
  name: 'estimate_route_fee',
  title: 'Routing fee',
  output: z.object({ ...amountShape('fee'), method: z.enum(['graph', 'probe', 'reserve']) }),
}

const question = {
  destination: field.routeDestination,
  amount_sats: field.amountSats('For a node, or an invoice without amount').optional(),
}

function answer({ feeMsat, method }: FeeEstimate) {
  const data = { ...costs('fee', feeMsat), method }
  return { data, text: `Routing fee about ${satsText(data.fee_sats)} (${method}).` }
}

/** Where nothing may be sent, not even a probe. */
const fromTheGraph = defineTool({
  ...common,
  description:
    'What routing a payment to an invoice or node would cost, as far as the node knows. Sends nothing.',
  effect: 'read',
  annotations: ASKS,
  requires: ['routing.estimateFee'],
  input: z.strictObject(question),
  async run(args, { wallet, signal }) {
    const target = await routeTarget(args.destination, args.amount_sats)
    const estimate = wallet.node.routing?.estimateFee ?? unsupportedNow('estimate without a probe')
    return answer(await estimate({ target, signal }))
  },
})

export const estimateRouteFee = defineTool({
  ...common,
  description:
    'What routing a payment to an invoice or node would cost. probe: true measures it with real HTLCs that nobody can settle; they lock liquidity until they come back, rarely for days.',
  // a probe sends something, and a host cannot tell the two calls apart
  effect: 'manage',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  requires: [['routing.estimateFee', 'routing.probe']],
  readOnlyForm: fromTheGraph,
  input: z.strictObject({ ...question, probe: z.boolean().describe('Default false').optional() }),
  async run({ probe, ...args }, context) {
    if (probe !== true) return fromTheGraph.run(args, context) as Promise<ReturnType<typeof answer>>
    const { wallet, signal } = context
    const target = await routeTarget(args.destination, args.amount_sats)
    const measure = wallet.manage.routing?.probe ?? unsupportedNow('probe routes')
    return answer(await measure({ target, signal }))
  },
})
