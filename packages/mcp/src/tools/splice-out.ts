import { sat } from '@lightning-mcp/core'
import * as z from 'zod'
import { channelRef } from '../input/channel.ts'
import * as field from '../input/fields.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { runSpend } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { spendOutput } from '../views/spend.ts'

export const spliceOut = defineTool({
  name: 'splice_out',
  title: 'Splice out',
  description:
    'Pay a bitcoin address out of a channel, which gets smaller. Amount and fee are spent, whoever’s address it is. preview: true first. The same call within 10 minutes is done once.',
  effect: 'spend',
  annotations: { ...PAYS, idempotentHint: false },
  requires: ['splicing.spliceOut', 'channels.list'],
  input: z.strictObject({
    channel_id: field.channelId,
    address: field.bitcoinAddress,
    amount_sats: field.amountSats('To send'),
    sat_per_vbyte: field.satPerVbyte,
    ...spendTermFields,
  }),
  output: spendOutput,
  async run(args, context) {
    return runSpend(
      {
        kind: 'splice-out',
        channel: channelRef(args.channel_id),
        address: args.address,
        amountSat: sat(BigInt(args.amount_sats)),
        ...(args.sat_per_vbyte === undefined ? {} : { feeRateSatPerVbyte: args.sat_per_vbyte }),
      },
      args,
      context,
    )
  },
})
