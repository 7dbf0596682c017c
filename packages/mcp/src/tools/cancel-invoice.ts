import { paymentHash } from '@lightning-mcp/core'
import * as z from 'zod'
import * as field from '../input/fields.ts'
import { defineTool, REPLACES } from '../tool.ts'
import { decidedInvoiceOutput, statusOfInvoice } from '../views/status.ts'

export const cancelInvoice = defineTool({
  name: 'cancel_invoice',
  title: 'Cancel an invoice',
  description:
    'Make an own open invoice unpayable, or send the payment back that a hold invoice holds. A settled invoice stays settled.',
  effect: 'receive',
  annotations: REPLACES,
  requires: [['invoices.cancel', 'hold.cancel']],
  input: z.strictObject({ payment_hash: field.paymentHash }),
  output: decidedInvoiceOutput,
  async run(args, { wallet, signal }) {
    return statusOfInvoice(
      await wallet.cancelInvoice({ paymentHash: paymentHash(args.payment_hash), signal }),
    )
  },
})
