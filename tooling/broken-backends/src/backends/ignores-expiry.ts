import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

const OWN_DEFAULT_SECONDS = 86_400

export const ignoresExpiry: BrokenBackend = {
  name: 'ignores-expiry',
  wrong: "makes invoices that live as long as the node's own default",
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: ({ operation, request }, next) =>
        operation === 'createInvoice' ? next({ ...request, expirySeconds: OWN_DEFAULT_SECONDS }) : next(),
    }),
  fails: ['create-expiry-honoured', 'lookup-expired-by-clock'],
}
