import * as z from 'zod'
import { amountShape, holds, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import { defineTool, READS } from '../tool.ts'

export const getFeeReport = defineTool({
  name: 'get_fee_report',
  title: 'Routing income',
  description: 'What this node earned by forwarding in the last day, week and month, in sats.',
  effect: 'read',
  annotations: READS,
  requires: ['forwards.feeReport'],
  input: z.strictObject({}),
  output: z.object({ ...amountShape('day'), ...amountShape('week'), ...amountShape('month') }),
  async run(_args, { wallet, signal }) {
    const report = wallet.node.forwards?.feeReport ?? unsupportedNow('report routing income')
    const { dayMsat, weekMsat, monthMsat } = await report({ signal })
    const data = { ...holds('day', dayMsat), ...holds('week', weekMsat), ...holds('month', monthMsat) }
    return {
      data,
      text: `Earned by forwarding: ${satsText(data.day_sats)} in a day, ${satsText(data.week_sats)} in a week, ${satsText(data.month_sats)} in a month.`,
    }
  },
})
