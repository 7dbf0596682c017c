import { LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const throwsOnABrokenSignature: BrokenBackend = {
  name: 'throws-on-a-broken-signature',
  wrong: 'throws where a signature is not valid',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'messages.verify' || (answer as { valid: boolean }).valid) return answer
        throw new LightningError({ code: 'invalid_request', message: 'that is no signature of this message' })
      },
    }),
  fails: ['sign-verify-roundtrip-and-foreign-zbase32'],
}
