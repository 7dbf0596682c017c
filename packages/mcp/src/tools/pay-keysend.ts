import { satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import * as field from '../input/fields.ts'
import { nodeIdFrom } from '../input/node.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { runSpend } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { lightningSpendOutput } from '../views/spend.ts'

export const payKeysend = defineTool({
  name: 'pay_keysend',
  title: 'Pay a node',
  description:
    'Pay a node by its id, without an invoice (keysend). The same node and amount within 10 minutes is paid once, unless repeat_of names the earlier payment.',
  effect: 'spend',
  annotations: { ...PAYS, idempotentHint: false },
  requires: ['keysend.send'],
  input: z.strictObject({
    destination: field.nodeId,
    amount_sats: field.amountSats('Amount in sats'),
    ...spendTermFields,
  }),
  output: lightningSpendOutput,
  async run(args, context) {
    return runSpend(
      {
        kind: 'keysend',
        payee: await nodeIdFrom('destination', args.destination),
        amountMsat: satToMsat(BigInt(args.amount_sats)),
      },
      args,
      context,
    )
  },
})
