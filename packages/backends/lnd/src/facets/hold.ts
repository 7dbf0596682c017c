import { createHash } from 'node:crypto'
import {
  type HoldFacet,
  type Invoice,
  type InvoicesFacet,
  LightningError,
  type PaymentHash,
  paymentHash,
  preimage,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { toAddInvoiceRequest, toCreatedInvoice } from '../invoices.ts'

type LookUp = (hash: PaymentHash, signal: AbortSignal | undefined) => Promise<Invoice | undefined>

/** Withdrawing an invoice, and hold invoices: the same call of LND's sub-server serves both. */
export function createInvoicesFacet(client: LndClient, lookUp: LookUp): InvoicesFacet {
  return { cancel: ({ paymentHash: hash, signal }) => cancel(client, lookUp, hash, signal) }
}

export function createHoldFacet(client: LndClient, lookUp: LookUp): HoldFacet {
  return {
    async create(request) {
      const hash = paymentHash(request.paymentHash)
      const reply = await client.call(
        'addHoldInvoice',
        { ...toAddInvoiceRequest(request, request.privateHints ?? true), hash: Buffer.from(hash, 'hex') },
        request,
      )
      return toCreatedInvoice(request, hash, reply.payment_request)
    },
    async settle({ preimage: secret, signal }) {
      const bytes = Buffer.from(preimage(secret), 'hex')
      const hash = paymentHash(createHash('sha256').update(bytes).digest('hex'))
      try {
        await client.call('settleInvoice', { preimage: bytes }, { signal })
      } catch (error) {
        // LND says so of one that was settled before; every other refusal stands
        if (!LightningError.is(error) || error.code !== 'already_paid') throw error
      }
      return found(await lookUp(hash, signal))
    },
    cancel: ({ paymentHash: hash, signal }) => cancel(client, lookUp, hash, signal),
  }
}

async function cancel(
  client: LndClient,
  lookUp: LookUp,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Invoice> {
  await client.call('cancelInvoice', { payment_hash: Buffer.from(paymentHash(hash), 'hex') }, { signal })
  return found(await lookUp(hash, signal))
}

function found(invoice: Invoice | undefined): Invoice {
  if (invoice !== undefined) return invoice
  throw new LightningError({ code: 'not_found', message: 'LND has no invoice with this payment hash' })
}
