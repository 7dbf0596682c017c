import * as z from 'zod'
import { satsText } from '../amounts.ts'
import { defineTool, READS } from '../tool.ts'
import { budgetOutput, budgetView } from '../views/budget.ts'
import type { ruleView } from '../views/rules.ts'

/** What is left of the limit that binds most. */
function left(limits: readonly ReturnType<typeof ruleView>[]): string {
  const tightest = limits.find(({ binding, rule }) => binding && rule !== 'max_payment')
  return tightest?.remaining_sats === undefined
    ? ''
    : ` ${satsText(tightest.remaining_sats)} left by ${tightest.rule}.`
}

export const getBudget = defineTool({
  name: 'get_budget',
  title: 'Spending limits',
  description: 'What may be spent: every limit, what is reserved and what was spent, in sats.',
  effect: 'read',
  annotations: READS,
  requires: [],
  input: z.strictObject({}),
  output: budgetOutput,
  async run(_args, { wallet, signal }) {
    const data = budgetView(await wallet.getBudget({ signal }))
    const paused = data.paused === undefined ? '' : ` Nothing may be spent now: ${data.paused}`
    return {
      data,
      text: `At most ${satsText(data.max_payment_sats)} in one payment; reserved ${satsText(data.reserved_sats)}, spent ${satsText(data.spent_sats)}.${left(data.limits)}${paused}`,
    }
  },
})
