import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const throwsNotFound: BrokenBackend = {
  name: 'throws-not-found',
  wrong: 'throws where an invoice is unknown',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'lookupInvoice' || answer !== undefined) return answer
        throw new LightningError({ code: 'not_found', message: 'no such invoice' })
      },
    }),
  fails: ['lookup-unknown-undefined'],
}
