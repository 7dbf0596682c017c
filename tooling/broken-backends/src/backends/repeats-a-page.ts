import type { Page, Transaction } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const repeatsAPage: BrokenBackend = {
  name: 'repeats-a-page',
  wrong: 'answers the page before once more when the second page is asked for',
  breakage: (wallet) => {
    let before: Page<Transaction> | undefined
    return wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation !== 'listTransactions') return next()
        if (request?.cursor !== undefined && before !== undefined) {
          const page = before
          before = undefined
          return page
        }
        const page = (await next()) as Page<Transaction>
        if (request?.cursor === undefined) before = page
        return page
      },
    })
  },
  fails: ['page-forward-no-gap-no-duplicate', 'page-stable-while-new-arrive'],
}
