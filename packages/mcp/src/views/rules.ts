import type { RuleVerdict } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { costsIf, holdsIf, optionalAmountShape } from '../amounts.ts'

/** One limit and what is left of it. `binding`: of all the one that decides. */
export const ruleOutput = z.object({
  rule: z.string(),
  scope: z.string().optional(),
  allowed: z.boolean(),
  binding: z.boolean().optional(),
  ...optionalAmountShape('limit'),
  ...optionalAmountShape('used'),
  ...optionalAmountShape('remaining'),
  limit_count: z.int().optional(),
  used_count: z.int().optional(),
  remaining_count: z.int().optional(),
  detail: z.string().optional(),
})

/** The same beside a verdict, where its fields are told by {@link ruleOutput} already. */
export const briefRuleOutput = z.looseObject({ rule: z.string(), allowed: z.boolean() })

export const ruleView = (verdict: RuleVerdict) => ({
  rule: verdict.rule,
  ...(verdict.scope === undefined ? {} : { scope: verdict.scope }),
  allowed: verdict.allowed,
  ...(verdict.binding === undefined ? {} : { binding: verdict.binding }),
  ...holdsIf('limit', verdict.limitMsat),
  ...costsIf('used', verdict.usedMsat),
  ...holdsIf('remaining', verdict.remainingMsat),
  ...(verdict.limitCount === undefined ? {} : { limit_count: verdict.limitCount }),
  ...(verdict.usedCount === undefined ? {} : { used_count: verdict.usedCount }),
  ...(verdict.remainingCount === undefined ? {} : { remaining_count: verdict.remainingCount }),
  ...(verdict.detail === undefined ? {} : { detail: verdict.detail }),
})

/** How long a limit counts, in words. */
export const WINDOWS: Readonly<Record<string, string>> = {
  max_per_hour: 'in any hour',
  max_per_day: 'in any 24 hours',
  max_per_30_days: 'in any 30 days',
  max_lifetime: 'in all',
}

const SENTENCES: Readonly<Record<string, (detail: string) => string>> = {
  max_fee: (detail) => `The fee of a payment may be at most ${detail}.`,
  max_into_channel: (detail) => `At most ${detail}.`,
  max_into_channels_per_day: (detail) => `At most ${detail}.`,
  allow: (detail) => `Only these may be paid: ${detail}.`,
  deny: (detail) => `These may not be paid: ${detail}.`,
  approve_above: (detail) => `Approval: ${detail}.`,
  approve_new_destination: (detail) => `Approval: ${detail}.`,
  active_hours: (detail) => `Spending is allowed ${detail}.`,
  expires_at: (detail) => `Spending is allowed until ${detail}.`,
}

/** A limit of the budget in a sentence; `undefined` for one that says nothing by itself. */
export function ruleSentence(verdict: RuleVerdict): string | undefined {
  const { rule, limit_sats, remaining_sats, limit_count, remaining_count, detail } = ruleView(verdict)
  const window = WINDOWS[rule]
  if (rule === 'max_payment') return `One payment may be at most ${limit_sats} sats.`
  if (rule === 'max_payments_per_minute')
    return `At most ${limit_count} payments may begin in a minute, ${remaining_count} more now.`
  if (window !== undefined)
    return `At most ${limit_sats} sats may be spent ${window}, fees included; ${remaining_sats} sats are left.`
  return detail === undefined ? undefined : SENTENCES[rule]?.(detail)
}
