import { satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import { satsText } from '../amounts.ts'
import * as field from '../input/fields.ts'
import { simulatorOf } from '../simulator.ts'
import { ADDS, defineTool } from '../tool.ts'

export const createTestInvoice = defineTool({
  name: 'create_test_invoice',
  title: 'Simulator: invoice of another node',
  description: 'Simulator only: make an invoice of another node, for this wallet to pay.',
  effect: 'simulate',
  annotations: ADDS,
  requires: [],
  input: z.strictObject({
    amount_sats: field.amountSats('Amount in sats'),
    memo: field.memo('Written into the invoice').optional(),
  }),
  output: z.object({ invoice: z.string(), payment_hash: z.string() }),
  async run(args, { simulator }) {
    const made = await simulatorOf(simulator).createTestInvoice({
      amountMsat: satToMsat(BigInt(args.amount_sats)),
      ...(args.memo === undefined ? {} : { memo: args.memo }),
    })
    return {
      data: { invoice: made.invoice, payment_hash: made.paymentHash },
      text: `Test invoice over ${satsText(args.amount_sats)}, payment_hash ${made.paymentHash}: ${made.invoice}`,
    }
  },
})
