import type { Invoice } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const forgetsCanceled: BrokenBackend = {
  name: 'forgets-canceled',
  wrong: 'calls a canceled invoice open when it is looked up',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const invoice = (await next()) as Invoice | undefined
        const forgotten = operation === 'lookupInvoice' && invoice?.status === 'canceled'
        return forgotten ? { ...invoice, status: 'open' } : invoice
      },
    }),
  fails: ['hold-accept-cancel', 'cancel-open-invoice'],
}
