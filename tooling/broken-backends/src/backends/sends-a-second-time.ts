import { randomBytes } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import { LightningError, type NodeId, type PayInvoiceRequest, preimage } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

/** The simulated payee refuses a second payment of its invoice, so the second send goes by keysend. */
export const sendsASecondTime: BrokenBackend = {
  name: 'sends-a-second-time',
  wrong: 'declares a guard by hash, and sends a hash again that is pending or paid',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation !== 'payInvoice') return next()
        try {
          return await next()
        } catch (error) {
          if (!LightningError.is(error) || !['already_paid', 'in_progress'].includes(error.code)) throw error
          const { invoice, maxFeeMsat, amountMsat } = request as unknown as PayInvoiceRequest
          const { payee, paymentHash, amountMsat: fixed } = decodeInvoice(invoice)
          await wallet.keysend!.send({
            destination: payee as NodeId,
            amountMsat: (fixed ?? amountMsat)!,
            maxFeeMsat,
            preimage: preimage(randomBytes(32).toString('hex')),
          })
          return wallet.lookupPayment({ paymentHash })
        }
      },
    }),
  fails: ['by-hash-guard-refuses-second-send'],
}
