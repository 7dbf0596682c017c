import { msat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'
import { reserveOnly } from '../variants.ts'

export const understatesItsWorstFee: BrokenBackend = {
  name: 'understates-its-worst-fee',
  wrong: 'states a worst fee that its payments exceed',
  variant: reserveOnly,
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: async ({ operation }, next) => (operation === 'estimateWorstFee' ? msat(1n) : next()),
    }),
  fails: ['fee-limit-unsupported-declared'],
}
