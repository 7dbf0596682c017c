import * as z from 'zod'
import * as field from '../input/fields.ts'
import { paymentRequest } from '../input/payment-request.ts'
import { defineTool, READS } from '../tool.ts'
import { paymentPreviewAnswer, paymentPreviewOutput } from '../views/payment-preview.ts'

export const previewPayment = defineTool({
  name: 'preview_payment',
  title: 'Preview a payment',
  description:
    'What paying an invoice or Lightning address would cost, whether the balance covers it and the limits allow it. Sends nothing.',
  effect: 'read',
  annotations: { ...READS, openWorldHint: true },
  requires: ['payInvoice'],
  input: z.strictObject({
    destination: field.destination,
    amount_sats: field.amountSats('Where the destination has no amount').optional(),
    max_fee_sats: field.maxFeeSats,
    budget: field.budget.optional(),
  }),
  output: paymentPreviewOutput,
  async run(args, { wallet, signal }) {
    return paymentPreviewAnswer(await wallet.preview({ ...paymentRequest(args.destination, args), signal }))
  },
})
