import { expect, test } from 'vitest'
import { openSimulatorStages } from '../simulator-stages.ts'
import { isClean, storm } from '../storm.ts'

test('wallets killed at random lose nothing and pay nothing twice', { timeout: 240_000 }, async () => {
  const stages = openSimulatorStages()
  const lines: string[] = []
  try {
    const tally = await storm({
      runs: 10,
      seed: 1 + (Date.now() % 1_000_000),
      atOnce: 3,
      openStage: () => stages.stage(),
      say: (line) => lines.push(line),
    })
    expect(lines).toEqual([])
    expect(isClean(tally)).toBe(true)
    expect(tally).toMatchObject({ runs: 10, double: 0, lost: 0, breaches: 0, reserved: 0, findings: 0 })
    expect(tally.kills).toBeGreaterThan(3)
    expect(tally.payments).toBeGreaterThan(10)
  } finally {
    await stages.close()
  }
})
