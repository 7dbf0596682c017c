import { satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import { costsIf, optionalAmountShape } from '../amounts.ts'
import { invoiceText } from '../input/destinations.ts'
import * as field from '../input/fields.ts'
import { simulatorOf } from '../simulator.ts'
import { ADDS, defineTool } from '../tool.ts'

export const payTestInvoice = defineTool({
  name: 'pay_test_invoice',
  title: 'Simulator: pay as another node',
  description: 'Simulator only: let another node pay an invoice of this wallet.',
  effect: 'simulate',
  annotations: { ...ADDS, idempotentHint: true },
  requires: [],
  input: z.strictObject({
    invoice: field.invoice,
    amount_sats: field.amountSats('Only for an invoice without amount').optional(),
  }),
  output: z.object({ status: z.string(), payment_hash: z.string(), ...optionalAmountShape('fee') }),
  async run(args, { simulator }) {
    const paid = await simulatorOf(simulator).payTestInvoice({
      invoice: invoiceText(args.invoice),
      ...(args.amount_sats === undefined ? {} : { amountMsat: satToMsat(BigInt(args.amount_sats)) }),
    })
    return {
      data: { status: paid.status, payment_hash: paid.paymentHash, ...costsIf('fee', paid.feeMsat) },
      text: `The other node’s payment is ${paid.status}; payment_hash ${paid.paymentHash}.`,
    }
  },
})
