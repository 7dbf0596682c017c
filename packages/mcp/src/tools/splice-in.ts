import { sat } from '@lightning-mcp/core'
import * as z from 'zod'
import { channelRef } from '../input/channel.ts'
import * as field from '../input/fields.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { runSpend } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { spendOutput } from '../views/spend.ts'

export const spliceIn = defineTool({
  name: 'splice_in',
  title: 'Splice in',
  description:
    'Make a channel larger with coins of the on-chain wallet. Only the fee is spent; the rest stays own money, but locked in. preview: true first. The same call within 10 minutes is done once.',
  effect: 'spend',
  annotations: { ...PAYS, idempotentHint: false },
  requires: ['splicing.spliceIn', 'channels.list'],
  input: z.strictObject({
    channel_id: field.channelId,
    amount_sats: field.amountSats('To move into the channel'),
    sat_per_vbyte: field.satPerVbyte,
    ...spendTermFields,
  }),
  output: spendOutput,
  async run(args, context) {
    return runSpend(
      {
        kind: 'splice-in',
        channel: channelRef(args.channel_id),
        amountSat: sat(BigInt(args.amount_sats)),
        ...(args.sat_per_vbyte === undefined ? {} : { feeRateSatPerVbyte: args.sat_per_vbyte }),
      },
      args,
      context,
    )
  },
})
