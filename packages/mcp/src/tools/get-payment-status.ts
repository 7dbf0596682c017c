import * as z from 'zod'
import * as field from '../input/fields.ts'
import { defineTool, READS } from '../tool.ts'
import { lookupKey, notFound, statusOfInvoice, statusOfPayment, statusOutput } from '../views/status.ts'

export const getPaymentStatus = defineTool({
  name: 'get_payment_status',
  title: 'Payment status',
  description:
    'What became of a payment (payment_id, approval_id or payment_hash) or of an own invoice (payment_hash), asked from the node anew.',
  effect: 'read',
  annotations: READS,
  requires: ['lookupPayment'],
  input: z.strictObject({
    payment_id: field.paymentId.optional(),
    payment_hash: field.paymentHash.optional(),
    approval_id: field.approvalId.optional(),
  }),
  output: statusOutput,
  async run(args, { wallet, signal }) {
    const key = lookupKey(args)
    const payment = await wallet.getPayment({ ...key, signal })
    if (payment !== undefined) return statusOfPayment(payment)
    const invoice =
      'paymentHash' in key ? await wallet.lookupInvoice({ paymentHash: key.paymentHash, signal }) : undefined
    if (invoice === undefined) throw notFound(key)
    return statusOfInvoice(invoice)
  },
})
