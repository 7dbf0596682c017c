import { createEclairBackend, type EclairBackendOptions } from '@lightning-mcp/backend-eclair'
import { satToMsat } from '@lightning-mcp/core'
import { openFileDuplicateGuardStore, withDuplicateGuard } from '@lightning-mcp/layers'

// { url: 'http://127.0.0.1:8080', passwordFile: '/etc/agent/eclair-password' }, '/var/lib/shop/sent'
export async function payWithEclair(options: EclairBackendOptions, sent: string, invoice: string) {
  const store = openFileDuplicateGuardStore({ folder: sent })
  const eclair = withDuplicateGuard(createEclairBackend(options), { store })
  try {
    // throws already_paid or in_progress if it was sent before, by whichever process
    // settled | pending | failed | unknown: look the last one up (lookupPayment), never send it again
    return await eclair.payInvoice({ invoice, maxFeeMsat: satToMsat(10n) })
  } finally {
    await eclair.close()
  }
}
