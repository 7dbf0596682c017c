import { type ClnBackendOptions, createClnBackend } from '@lightning-mcp/backend-cln'
import { satToMsat } from '@lightning-mcp/core'

// { url: 'https://localhost:3010', runeFile: '/etc/agent/agent.rune', caFile: '~/.lightning/bitcoin/ca.pem' }
export async function payWithCoreLightning(options: ClnBackendOptions, invoice: string) {
  const cln = createClnBackend(options)
  try {
    // settled | pending | failed | unknown: look the last one up (lookupPayment), never send it again
    return await cln.payInvoice({ invoice, maxFeeMsat: satToMsat(10n) })
  } finally {
    await cln.close()
  }
}
