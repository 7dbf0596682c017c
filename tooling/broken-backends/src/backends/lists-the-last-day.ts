import type { Page, Transaction } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

const SECONDS_PER_DAY = 86_400

export const listsTheLastDay: BrokenBackend = {
  name: 'lists-the-last-day',
  wrong: "keeps to its node's default window of a day",
  breakage: (wallet) => {
    let newest = 0
    return wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'listTransactions') return answer
        const page = answer as Page<Transaction>
        newest = Math.max(newest, ...page.items.map(({ createdAt }) => createdAt))
        return { ...page, items: page.items.filter(({ createdAt }) => createdAt > newest - SECONDS_PER_DAY) }
      },
    })
  },
  fails: ['old-items-beyond-default-window'],
}
