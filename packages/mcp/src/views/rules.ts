import type { RuleVerdict } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { costsIf, holdsIf, optionalAmountShape } from '../amounts.ts'

/** One limit and what is left of it. */
export const ruleOutput = z.object({
  rule: z.string(),
  allowed: z.boolean(),
  ...optionalAmountShape('limit'),
  ...optionalAmountShape('used'),
  ...optionalAmountShape('remaining'),
})

export const ruleView = (verdict: RuleVerdict) => ({
  rule: verdict.rule,
  allowed: verdict.allowed,
  ...holdsIf('limit', verdict.limitMsat),
  ...costsIf('used', verdict.usedMsat),
  ...holdsIf('remaining', verdict.remainingMsat),
})
