import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const settlesOnceOnly: BrokenBackend = {
  name: 'settles-once-only',
  wrong: 'throws when a hold invoice is settled a second time',
  breakage: (wallet) => {
    const settled = new Set<unknown>()
    return wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation !== 'hold.settle') return next()
        if (settled.has(request?.preimage))
          throw new LightningError({ code: 'already_paid', message: 'it is settled' })
        const answer = await next()
        settled.add(request?.preimage)
        return answer
      },
    })
  },
  fails: ['hold-accept-settle'],
}
