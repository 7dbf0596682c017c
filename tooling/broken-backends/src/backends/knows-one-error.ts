import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const knowsOneError: BrokenBackend = {
  name: 'knows-one-error',
  wrong: 'throws the same error whatever kept it from connecting',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        try {
          return await next()
        } catch (error) {
          if (operation !== 'connect') throw error
          throw new LightningError({ code: 'internal', message: 'something went wrong' })
        }
      },
    }),
  fails: [
    'unreachable-is-unavailable',
    'bad-credential-unauthenticated',
    'self-signed-cert-accepted-only-with-ca',
    'wallet-locked-not-ready',
  ],
}
