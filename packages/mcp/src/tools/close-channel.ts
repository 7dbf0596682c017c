import * as z from 'zod'
import { channelRef } from '../input/channel.ts'
import * as field from '../input/fields.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { runSpend } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { spendOutput } from '../views/spend.ts'

const FORCED =
  'A forced close costs more on-chain fees, and locks this node’s coins for up to two weeks. It is for a peer that does not answer.'

export const closeChannel = defineTool({
  name: 'close_channel',
  title: 'Close a channel',
  description:
    'Close a channel; its coins come back on-chain, less the fee. mode force needs no peer, but costs more and locks the coins for up to two weeks: only if the peer does not answer. preview: true first.',
  effect: 'spend',
  annotations: PAYS,
  requires: ['channels.close', 'channels.list'],
  input: z.strictObject({
    channel_id: field.channelId,
    mode: z
      .enum(['cooperative', 'force'])
      .describe('Default cooperative; never turns into force by itself')
      .optional(),
    sat_per_vbyte: field.satPerVbyte,
    ...spendTermFields,
  }),
  output: spendOutput,
  async run(args, context) {
    const mode = args.mode ?? 'cooperative'
    return runSpend(
      {
        kind: 'channel-close',
        channel: channelRef(args.channel_id),
        mode,
        ...(args.sat_per_vbyte === undefined ? {} : { feeRateSatPerVbyte: args.sat_per_vbyte }),
      },
      args,
      context,
      mode === 'force' ? [FORCED] : [],
    )
  },
})
