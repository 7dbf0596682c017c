import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'
import { CREDENTIAL } from '../simulator-harness.ts'

export const printsItsCredential: BrokenBackend = {
  name: 'prints-its-credential',
  wrong: 'hands on the request that failed, headers and all',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        try {
          return await next()
        } catch (error) {
          if (operation !== 'connect' || !LightningError.is(error)) throw error
          const cause = { headers: { macaroon: CREDENTIAL } }
          throw new LightningError({ code: error.code, message: error.message, cause })
        }
      },
    }),
  fails: ['secrets-absent-from-errors-and-logs'],
}
