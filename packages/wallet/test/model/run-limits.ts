import fc from 'fast-check'
import { STORE } from '../support/stores.ts'
import { commands, limits } from './limits-commands.ts'
import { LimitsPlay } from './limits-play.ts'

/** Sequences of commands: 250 in each of two files; a few on PostgreSQL, which is slow to make new. */
export async function runLimits(numRuns = STORE === 'postgres' ? 15 : 250): Promise<void> {
  await fc.assert(
    fc.asyncProperty(limits, commands, async (set, sequence) => {
      const play = new LimitsPlay(set)
      try {
        await play.begin()
        await fc.asyncModelRun(() => ({ model: {}, real: play }), sequence)
        await play.end()
      } finally {
        await play.close()
      }
    }),
    { numRuns: Number(process.env['LIGHTNING_MCP_RUNS'] ?? numRuns) },
  )
}
