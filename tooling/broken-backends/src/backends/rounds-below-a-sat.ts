import { msatToSatFloor, satToMsat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'
import { satOnly } from '../variants.ts'

export const roundsBelowASat: BrokenBackend = {
  name: 'rounds-below-a-sat',
  wrong: 'knows no smaller unit than the sat, and rounds what is smaller',
  variant: satOnly,
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call({ operation, request }, next) {
        if (operation !== 'createInvoice' || typeof request?.amountMsat !== 'bigint') return next()
        return next({ ...request, amountMsat: satToMsat(msatToSatFloor(request.amountMsat as never)) })
      },
    }),
  fails: ['sub-sat-on-sat-backend-rejected'],
}
