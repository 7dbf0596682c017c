import { createHash } from 'node:crypto'
import { type HoldFacet, LightningError, paymentHash, preimage } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { toAddInvoiceRequest, toCreatedInvoice } from '../invoices.ts'
import { cancelInvoice, type LookUpInvoice, mustExist } from './invoices.ts'

/** Invoices of LND's sub-server whose preimage stays with the caller. */
export function createHoldFacet(client: LndClient, lookUp: LookUpInvoice): HoldFacet {
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
      return mustExist(await lookUp(hash, signal))
    },
    cancel: ({ paymentHash: hash, signal }) => cancelInvoice(client, lookUp, hash, signal),
  }
}
