import { sat } from '@lightning-mcp/core'
import * as z from 'zod'
import * as field from '../input/fields.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { runSpend } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { spendOutput } from '../views/spend.ts'

export const sendOnchain = defineTool({
  name: 'send_onchain',
  title: 'Send on-chain',
  description:
    'Send coins of the on-chain wallet to a bitcoin address. It cannot be taken back. preview: true first. The same address and amount within 10 minutes is sent once, unless repeat_of names the earlier one.',
  effect: 'spend',
  annotations: { ...PAYS, idempotentHint: false },
  requires: ['onchain.send'],
  input: z.strictObject({
    address: field.bitcoinAddress,
    amount_sats: field.amountSats('To send'),
    sat_per_vbyte: field.satPerVbyte,
    ...spendTermFields,
  }),
  output: spendOutput,
  async run(args, context) {
    return runSpend(
      {
        kind: 'onchain',
        address: args.address,
        amountSat: sat(BigInt(args.amount_sats)),
        ...(args.sat_per_vbyte === undefined ? {} : { feeRateSatPerVbyte: args.sat_per_vbyte }),
      },
      args,
      context,
    )
  },
})
