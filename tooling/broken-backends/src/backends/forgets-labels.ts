import type { OnchainTransaction, Page } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const forgetsLabels: BrokenBackend = {
  name: 'forgets-labels',
  wrong: 'says that it keeps labels and lists transactions without them',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'onchain.listTransactions') return answer
        const page = answer as Page<OnchainTransaction>
        return { ...page, items: page.items.map(({ label: _, ...transaction }) => transaction) }
      },
    }),
  fails: ['label-finds-lost-sending'],
}
