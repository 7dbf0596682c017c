import { descriptionHash, satToMsat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

const OTHER_HASH = descriptionHash('ab'.repeat(32))

export const rewritesInvoices: BrokenBackend = {
  name: 'rewrites-invoices',
  wrong: 'puts an amount into an amountless invoice, another hash and another description into others',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call({ operation, request }, next) {
        if (operation !== 'createInvoice' || request === undefined) return next()
        const text =
          request.descriptionHash === undefined ? { description: 'invoice' } : { descriptionHash: OTHER_HASH }
        return next({ ...request, amountMsat: request.amountMsat ?? satToMsat(1n), ...text })
      },
    }),
  fails: [
    'create-amountless-or-unsupported',
    'create-description-hash',
    'returned-invoice-decodes-to-request',
  ],
}
