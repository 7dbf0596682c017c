import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import { ASKS, defineTool } from '../tool.ts'

const DEFAULT_TARGETS = [2, 6, 144]
const MAX_TARGETS = 6
const MAX_BLOCKS = 1_008

export const estimateOnchainFees = defineTool({
  name: 'estimate_onchain_fees',
  title: 'On-chain fee rates',
  description:
    'Fee rates in sat per virtual byte with which a transaction should confirm within so many blocks.',
  effect: 'read',
  annotations: ASKS,
  requires: ['onchain.estimateFees'],
  input: z.strictObject({
    blocks: z
      .array(z.int().min(1).max(MAX_BLOCKS))
      .min(1)
      .max(MAX_TARGETS)
      .describe('Default [2, 6, 144]')
      .optional(),
  }),
  output: z.object({ estimates: z.array(z.object({ blocks: z.int(), sat_per_vbyte: z.number() })) }),
  async run(args, { wallet, signal }) {
    const estimate = wallet.node.onchain?.estimateFees ?? unsupportedNow('estimate on-chain fees')
    const targets = [...new Set(args.blocks ?? DEFAULT_TARGETS)].sort((a, b) => a - b)
    const rates = await estimate({ targets, signal })
    const estimates = targets.flatMap((blocks) => {
      const rate = rates[blocks]
      return rate === undefined ? [] : [{ blocks, sat_per_vbyte: rate }]
    })
    return {
      data: { estimates },
      text:
        estimates.length === 0
          ? 'The node has no estimates now.'
          : estimates
              .map(({ blocks, sat_per_vbyte }) => `${sat_per_vbyte} sat/vB within ${blocks} blocks`)
              .join(', '),
    }
  },
})
