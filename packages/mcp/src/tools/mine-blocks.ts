import * as z from 'zod'
import { simulatorOf } from '../simulator.ts'
import { ADDS, defineTool } from '../tool.ts'

const MAX_BLOCKS = 1_000

export const mineBlocks = defineTool({
  name: 'mine_blocks',
  title: 'Simulator: mine blocks',
  description: 'Simulator only: mine blocks on the simulated chain.',
  effect: 'simulate',
  annotations: ADDS,
  requires: [],
  input: z.strictObject({ count: z.int().min(1).max(MAX_BLOCKS) }),
  output: z.object({ block_height: z.int() }),
  async run(args, { simulator }) {
    const { blockHeight } = await simulatorOf(simulator).mineBlocks({ count: args.count })
    return { data: { block_height: blockHeight }, text: `The chain is at height ${blockHeight}.` }
  },
})
