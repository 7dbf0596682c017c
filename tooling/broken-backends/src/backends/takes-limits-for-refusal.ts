import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const takesLimitsForRefusal: BrokenBackend = {
  name: 'takes-limits-for-refusal',
  wrong: 'calls it a refused credential when there were too many calls',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call(_call, next) {
        try {
          return await next()
        } catch (error) {
          if (!LightningError.is(error) || error.code !== 'rate_limited') throw error
          throw new LightningError({ code: 'unauthenticated', message: 'refused' })
        }
      },
    }),
  fails: ['rate-limit-backs-off'],
}
