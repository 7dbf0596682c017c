import { paymentHash, satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import { satsText } from '../amounts.ts'
import * as field from '../input/fields.ts'
import { ADDS, defineTool } from '../tool.ts'
import { invoiceShape, invoiceView } from '../views/invoice.ts'

const DEFAULT_EXPIRY_SECONDS = 3_600

export const createHoldInvoice = defineTool({
  name: 'create_hold_invoice',
  title: 'Create a hold invoice',
  description:
    'Make an invoice whose payment is held, not taken, until settle_hold_invoice or cancel_invoice. Wait for status accepted with wait_for_payment. What is forgotten is canceled, or as on_deadline says.',
  effect: 'receive',
  annotations: ADDS,
  requires: ['hold.create'],
  input: z.strictObject({
    amount_sats: field.amountSats('Amount in sats'),
    memo: field.memo('Shown to the payer').optional(),
    expiry_seconds: field.expirySeconds.optional(),
    payment_hash: field.paymentHash
      .describe('Of a preimage kept elsewhere; default: the wallet keeps one')
      .optional(),
    on_deadline: z
      .enum(['cancel', 'settle'])
      .describe('What happens before a held payment runs out; default cancel')
      .optional(),
  }),
  output: z.object({
    ...invoiceShape,
    kept_preimage: z.boolean(),
    on_deadline: z.enum(['cancel', 'settle']),
    warnings: z.array(z.string()).optional(),
  }),
  async run(args, { wallet, signal }) {
    const made = await wallet.createHoldInvoice({
      amountMsat: satToMsat(BigInt(args.amount_sats)),
      ...(args.memo === undefined ? {} : { description: args.memo }),
      expirySeconds: args.expiry_seconds ?? DEFAULT_EXPIRY_SECONDS,
      ...(args.payment_hash === undefined ? {} : { paymentHash: paymentHash(args.payment_hash) }),
      ...(args.on_deadline === undefined ? {} : { onDeadline: args.on_deadline }),
      signal,
    })
    const warnings = made.warnings?.map((warning) => warning.message) ?? []
    const data = {
      ...invoiceView(made),
      kept_preimage: made.keptPreimage,
      on_deadline: made.onDeadline,
      ...(warnings.length === 0 ? {} : { warnings }),
    }
    return {
      data,
      text: `Hold invoice over ${satsText(args.amount_sats)}, payment_hash ${data.payment_hash}, valid until ${data.expires_at}: ${made.invoice ?? ''}`,
    }
  },
})
