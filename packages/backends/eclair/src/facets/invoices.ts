import { type InvoicesFacet, LightningError, paymentHash } from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { unreadable } from '../errors.ts'
import { lookupInvoice } from '../invoices.ts'
import type { ProcessMemory } from '../process-memory.ts'

/** `deleteinvoice`: Eclair forgets the invoice, and refuses whoever tries to pay it. */
export function createInvoicesFacet(client: EclairClient, memory: ProcessMemory): InvoicesFacet {
  return {
    async cancel({ paymentHash: given, signal }) {
      const hash = paymentHash(given)
      const invoice = await lookupInvoice(client, hash, signal)
      if (invoice === undefined) {
        const before = memory.canceled(hash)
        if (before !== undefined) return before
        throw new LightningError({
          code: 'not_found',
          message: 'Eclair has no invoice with this payment hash',
          hint: 'Check the payment hash. What was canceled before this program started is forgotten by Eclair.',
          sent: 'no',
        })
      }
      if (invoice.status === 'settled')
        throw new LightningError({
          code: 'already_paid',
          message: 'the invoice is already settled',
          hint: 'It can no longer be canceled.',
        })
      // a paid one is refused: capture deleteinvoice-paid
      await client.call('deleteinvoice', { paymentHash: hash }, { signal })
      if ((await lookupInvoice(client, hash, signal)) !== undefined)
        throw unreadable('a deleted invoice is still there')
      const canceled = { ...invoice, status: 'canceled' as const }
      memory.noteCanceled(canceled)
      return canceled
    },
  }
}
