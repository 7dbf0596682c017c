import type { Page, Transaction } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const swallowsPending: BrokenBackend = {
  name: 'swallows-pending',
  wrong: 'lists only what is over, as nodes do unless they are asked for more',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'listTransactions') return answer
        const page = answer as Page<Transaction>
        return { ...page, items: page.items.filter(({ status }) => status !== 'pending') }
      },
    }),
  fails: ['include-failed-and-pending'],
}
