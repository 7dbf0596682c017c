import * as z from 'zod'
import { satsText } from '../amounts.ts'
import { defineTool, READS } from '../tool.ts'
import { budgetOutput, budgetView } from '../views/budget.ts'
import { type ruleView, WINDOWS } from '../views/rules.ts'

const BUDGET = '/budget:'

/** What is left in each window, of several limits the least; a named budget is for its own payments only. */
function left(limits: readonly ReturnType<typeof ruleView>[]): string {
  const parts = new Map<string, Map<string, number>>()
  for (const { rule, scope = '', remaining_sats: remaining } of limits) {
    const window = WINDOWS[rule]
    if (window === undefined || remaining === undefined) continue
    const at = scope.indexOf(BUDGET)
    const part = at === -1 ? 'Left with fees' : `Of budget ${scope.slice(at + BUDGET.length)}`
    const least = parts.get(part) ?? new Map<string, number>()
    parts.set(part, least.set(window, Math.min(remaining, least.get(window) ?? remaining)))
  }
  return [...parts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([part, least]) => {
      const windows = [...least].map(([window, sats]) => `${satsText(sats)} ${window}`)
      return ` ${part}: ${windows.join(', ')}.`
    })
    .join('')
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
      text: `At most ${satsText(data.max_payment_sats)} in one payment; reserved ${satsText(data.reserved_sats)}, spent ${satsText(data.spent_sats)} in all.${left(data.limits)}${paused}`,
    }
  },
})
