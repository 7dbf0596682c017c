import type { Page, Transaction } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const countsOutgoingNegative: BrokenBackend = {
  name: 'counts-outgoing-negative',
  wrong: 'lists outgoing amounts with a minus sign, as some services do',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'listTransactions') return answer
        const page = answer as Page<Transaction>
        const items = page.items.map((item) =>
          item.direction === 'outgoing' ? { ...item, amountMsat: -(item.amountMsat ?? 0n) } : item,
        )
        return { ...page, items }
      },
    }),
  fails: ['outgoing-sign-normalised'],
}
