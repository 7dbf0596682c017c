import { sat, satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import * as field from '../input/fields.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { runSpend } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { spendOutput } from '../views/spend.ts'

export const openChannel = defineTool({
  name: 'open_channel',
  title: 'Open a channel',
  description:
    'Open a channel with a node, paid from the on-chain wallet. Only push and fee are spent; the rest stays own money, but locked in. preview: true first. The same call within 10 minutes opens once.',
  effect: 'spend',
  annotations: { ...PAYS, idempotentHint: false },
  requires: ['channels.open'],
  input: z.strictObject({
    peer: field.peer,
    capacity_sats: field.amountSats('Size of the channel'),
    push_sats: field.amountSats('Given to the peer for good').optional(),
    private: z.boolean().describe('Not announced to the network; default false').optional(),
    sat_per_vbyte: field.satPerVbyte,
    ...spendTermFields,
  }),
  output: spendOutput,
  async run(args, context) {
    return runSpend(
      {
        kind: 'channel-open',
        peer: args.peer,
        capacitySat: sat(BigInt(args.capacity_sats)),
        ...(args.push_sats === undefined ? {} : { pushMsat: satToMsat(BigInt(args.push_sats)) }),
        ...(args.private === undefined ? {} : { private: args.private }),
        ...(args.sat_per_vbyte === undefined ? {} : { feeRateSatPerVbyte: args.sat_per_vbyte }),
      },
      args,
      context,
    )
  },
})
