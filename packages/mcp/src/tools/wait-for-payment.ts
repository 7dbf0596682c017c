import * as z from 'zod'
import * as field from '../input/fields.ts'
import { defineTool, READS } from '../tool.ts'
import { lookupKey, notFound, statusOfInvoice, statusOfPayment, statusOutput } from '../views/status.ts'

const DEFAULT_WAIT_SECONDS = 25

export const waitForPayment = defineTool({
  name: 'wait_for_payment',
  title: 'Wait for a payment',
  description:
    'Wait until a payment (payment_id, approval_id or payment_hash) or an own invoice (payment_hash) is settled or failed, or the time is over. May be called again.',
  effect: 'read',
  annotations: READS,
  requires: ['lookupPayment'],
  input: z.strictObject({
    payment_id: field.paymentId.optional(),
    payment_hash: field.paymentHash.optional(),
    approval_id: field.approvalId.optional(),
    wait_seconds: field.waitSeconds.optional(),
  }),
  output: statusOutput,
  async run(args, { wallet, signal, onProgress }) {
    const key = lookupKey(args)
    const { payment, invoice } = await wallet.waitForPayment({
      ...key,
      waitSeconds: args.wait_seconds ?? DEFAULT_WAIT_SECONDS,
      ...(onProgress === undefined ? {} : { onProgress: ({ message }) => onProgress(message) }),
      signal,
    })
    if (payment !== undefined) return statusOfPayment(payment)
    if (invoice === undefined) throw notFound(key)
    return statusOfInvoice(invoice)
  },
})
