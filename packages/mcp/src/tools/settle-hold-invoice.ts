import { paymentHash, preimage } from '@lightning-mcp/core'
import * as z from 'zod'
import * as field from '../input/fields.ts'
import { defineTool, REPLACES } from '../tool.ts'
import { decidedInvoiceOutput, statusOfInvoice } from '../views/status.ts'

export const settleHoldInvoice = defineTool({
  name: 'settle_hold_invoice',
  title: 'Settle a hold invoice',
  description:
    'Take the payment that a hold invoice holds (status accepted). It cannot be given back afterwards; cancel_invoice gives it back.',
  effect: 'receive',
  annotations: REPLACES,
  requires: ['hold.settle'],
  input: z.strictObject({ payment_hash: field.paymentHash, preimage: field.preimage.optional() }),
  output: decidedInvoiceOutput,
  async run(args, { wallet, signal }) {
    return statusOfInvoice(
      await wallet.settleHoldInvoice({
        paymentHash: paymentHash(args.payment_hash),
        ...(args.preimage === undefined ? {} : { preimage: preimage(args.preimage) }),
        signal,
      }),
    )
  },
})
