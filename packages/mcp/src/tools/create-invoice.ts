import { LightningError, satToMsat, supports } from '@lightning-mcp/core'
import * as z from 'zod'
import { satsText } from '../amounts.ts'
import * as field from '../input/fields.ts'
import { qrImage } from '../qr.ts'
import { ADDS, defineTool } from '../tool.ts'
import { invoiceShape, invoiceView } from '../views/invoice.ts'

const DEFAULT_EXPIRY_SECONDS = 3_600

export const createInvoice = defineTool({
  name: 'create_invoice',
  title: 'Create an invoice',
  description:
    'Make a BOLT11 invoice for somebody else to pay. Then call wait_for_payment with its payment_hash.',
  effect: 'receive',
  annotations: ADDS,
  requires: ['createInvoice'],
  input: z.strictObject({
    amount_sats: field.amountSats('Amount in sats; leave it out to let the payer choose').optional(),
    memo: field.memo('Shown to the payer').optional(),
    expiry_seconds: field.expirySeconds.optional(),
    qr: z.boolean().describe('Also answer a QR code as PNG').optional(),
  }),
  output: z.object({
    ...invoiceShape,
    invoice: z.string(),
    warnings: z.array(z.string()).optional(),
  }),
  async run(args, { wallet, signal }) {
    if (args.amount_sats === undefined && !supports(wallet.capabilities, 'createInvoice.amountless'))
      throw new LightningError({
        code: 'amount_required',
        message: 'This wallet cannot make an invoice without an amount.',
      })
    const made = await wallet.createInvoice({
      ...(args.amount_sats === undefined ? {} : { amountMsat: satToMsat(BigInt(args.amount_sats)) }),
      ...(args.memo === undefined ? {} : { description: args.memo }),
      expirySeconds: args.expiry_seconds ?? DEFAULT_EXPIRY_SECONDS,
      signal,
    })
    if (made.invoice === undefined)
      throw new LightningError({
        code: 'protocol_error',
        message: 'The wallet’s backend made an invoice without its text.',
      })
    const image = args.qr === true ? await qrImage(made.invoice) : undefined
    const warnings = made.warnings?.map((warning) => warning.message) ?? []
    const data = {
      ...invoiceView(made),
      invoice: made.invoice,
      ...(warnings.length === 0 ? {} : { warnings }),
    }
    const amount = data.amount_sats === undefined ? 'any amount' : satsText(data.amount_sats)
    return {
      data,
      text: `Invoice over ${amount}, payment_hash ${data.payment_hash}, valid until ${data.expires_at}: ${made.invoice}`,
      ...(image === undefined ? {} : { image }),
    }
  },
})
