import * as z from 'zod'
import { costsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { invoiceText } from '../input/destinations.ts'
import * as field from '../input/fields.ts'
import { outsideText, quoted, untrusted } from '../outside-text.ts'
import { isoTime } from '../time.ts'
import { defineTool, READS } from '../tool.ts'

export const decodeInvoice = defineTool({
  name: 'decode_invoice',
  title: 'Decode an invoice',
  description: 'Read a BOLT11 invoice offline: amount, recipient, expiry. Sends nothing.',
  effect: 'read',
  annotations: READS,
  requires: [],
  input: z.strictObject({ invoice: field.invoice }),
  output: z.object({
    network: z.string(),
    payment_hash: z.string(),
    destination: z.string().describe('Node id of the recipient'),
    ...optionalAmountShape('amount'),
    memo: z.string().optional(),
    untrusted_fields: z.array(z.string()).optional(),
    description_hash: z.string().optional(),
    created_at: z.string(),
    expires_at: z.string(),
    expired: z.boolean(),
  }),
  async run(args, { nowSeconds }) {
    // loaded here, so that a server starts without it
    const codec = await import('@lightning-mcp/codec')
    const decoded = codec.decodeInvoice(invoiceText(args.invoice))
    const data = {
      network: decoded.network,
      payment_hash: decoded.paymentHash as string,
      destination: decoded.payee as string,
      ...costsIf('amount', decoded.amountMsat),
      ...outsideText('memo', decoded.description),
      ...(decoded.descriptionHash === undefined
        ? {}
        : { description_hash: decoded.descriptionHash as string }),
      created_at: isoTime(decoded.createdAt),
      expires_at: isoTime(decoded.expiresAt),
      expired: decoded.expiresAt <= nowSeconds(),
    }
    const amount = data.amount_sats === undefined ? 'no amount' : satsText(data.amount_sats)
    const expiry = data.expired ? `expired ${data.expires_at}` : `valid until ${data.expires_at}`
    const memo = data.memo === undefined ? '' : `; memo ${quoted(data.memo)}`
    return {
      data: { ...data, ...untrusted(data, ['memo']) },
      text: `${data.network} invoice, ${amount}, to ${data.destination}, ${expiry}${memo}`,
    }
  },
})
