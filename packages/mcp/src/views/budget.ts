import type { Budget } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { amountShape, costs, holds } from '../amounts.ts'
import { pausedText } from './paused.ts'
import { ruleOutput, ruleView } from './rules.ts'

export const budgetOutput = z.object({
  ...amountShape('max_payment'),
  default_max_fee: z.object({ parts_per_million: z.int(), ...amountShape('floor') }),
  ...amountShape('reserved'),
  ...amountShape('spent'),
  limits: z.array(ruleOutput),
  paused: z.string().optional(),
})

export const budgetView = (budget: Budget) => ({
  ...holds('max_payment', budget.maxPaymentMsat),
  default_max_fee: {
    parts_per_million: budget.defaultFee.partsPerMillion,
    ...costs('floor', budget.defaultFee.floorMsat),
  },
  ...costs('reserved', budget.reservedMsat),
  ...costs('spent', budget.spentMsat),
  limits: budget.rules.map(ruleView),
  ...(budget.paused === undefined ? {} : { paused: pausedText(budget.paused) }),
})
