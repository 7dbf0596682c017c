import * as z from 'zod'
import { addressText } from '../input/destinations.ts'
import * as field from '../input/fields.ts'
import { paymentRequest } from '../input/payment-request.ts'
import { payWithConsent } from '../pay-with-consent.ts'
import { defineTool, PAYS } from '../tool.ts'
import { payOutput } from '../views/pay-outcome.ts'

export const payLightningAddress = defineTool({
  name: 'pay_lightning_address',
  title: 'Pay a Lightning address',
  description:
    'Pay name@domain. The same address and amount within 10 minutes counts as a retry and is not paid again, unless repeat_of names the earlier payment. If status is pending, call wait_for_payment.',
  effect: 'spend',
  // a retry is paid once, but the same call pays anew when ten minutes have passed
  annotations: { ...PAYS, idempotentHint: false },
  requires: ['payInvoice'],
  input: z.strictObject({
    lightning_address: field.lightningAddress,
    amount_sats: field.amountSats('Amount in sats'),
    comment: field.comment.optional(),
    max_fee_sats: field.maxFeeSats,
    memo: field.memo('Own note').optional(),
    idempotency_key: field.idempotencyKey.optional(),
    quote_id: field.quoteId.optional(),
    repeat_of: field.paymentId.describe('payment_id of the payment to repeat on purpose').optional(),
    budget: field.budget.optional(),
    wait_seconds: field.waitSeconds.optional(),
  }),
  output: payOutput,
  async run(args, context) {
    return payWithConsent(
      paymentRequest(addressText(args.lightning_address), args, context.onProgress),
      context,
      ({ paymentId }) => `To pay once more on purpose, call again with repeat_of ${paymentId}.`,
    )
  },
})
