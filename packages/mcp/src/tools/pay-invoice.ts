import * as z from 'zod'
import { invoiceText } from '../input/destinations.ts'
import * as field from '../input/fields.ts'
import { paymentRequest } from '../input/payment-request.ts'
import { payWithConsent } from '../pay-with-consent.ts'
import { defineTool, PAYS } from '../tool.ts'
import { payOutput } from '../views/pay-outcome.ts'

export const payInvoice = defineTool({
  name: 'pay_invoice',
  title: 'Pay an invoice',
  description:
    'Pay a BOLT11 invoice. The same invoice is never paid twice, so a retry is safe. If status is pending, call wait_for_payment, do not pay again.',
  effect: 'spend',
  annotations: PAYS,
  requires: ['payInvoice'],
  input: z.strictObject({
    invoice: field.invoice,
    amount_sats: field.amountSats('Only for an invoice without amount').optional(),
    max_fee_sats: field.maxFeeSats,
    memo: field.memo('Own note').optional(),
    idempotency_key: field.idempotencyKey.optional(),
    quote_id: field.quoteId.optional(),
    budget: field.budget.optional(),
    wait_seconds: field.waitSeconds.optional(),
  }),
  output: payOutput,
  async run(args, context) {
    return payWithConsent(
      paymentRequest(invoiceText(args.invoice), args, context.onProgress),
      context,
      () =>
        'This invoice was paid before, and an invoice can be paid once: to pay again on purpose, ask the recipient for a fresh one.',
    )
  },
})
