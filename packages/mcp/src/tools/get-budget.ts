import * as z from 'zod'
import { satsText } from '../amounts.ts'
import { defineTool, READS } from '../tool.ts'
import { budgetOutput, budgetView } from '../views/budget.ts'

export const getBudget = defineTool({
  name: 'get_budget',
  title: 'Spending limits',
  description:
    'What may be spent: the cap on one payment, what is reserved and spent, and every limit, in sats.',
  effect: 'read',
  annotations: READS,
  requires: [],
  input: z.strictObject({}),
  output: budgetOutput,
  async run(_args, { wallet, signal }) {
    const data = budgetView(await wallet.getBudget({ signal }))
    return {
      data,
      text: `At most ${satsText(data.max_payment_sats)} in one payment; reserved ${satsText(data.reserved_sats)}, spent ${satsText(data.spent_sats)}.`,
    }
  },
})
