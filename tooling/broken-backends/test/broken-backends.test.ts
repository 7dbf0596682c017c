import {
  conformanceRequirements,
  examineBackend,
  formatSummary,
  idsWith,
} from '@lightning-mcp/backend-testkit'
import type { Operation } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import {
  brokenBackends,
  choosesPreimages,
  createSimulatorHarness,
  reserveOnly,
  satOnly,
} from '../src/index.ts'

const passed = new Set<string>()

const casesThatNeed = (operation: Operation): readonly string[] =>
  conformanceRequirements.filter(({ capabilities }) => capabilities?.includes(operation)).map(({ id }) => id)

/** Wallets of which nothing is broken; between them they declare all that a scenario stands for. */
const unbroken = [
  { what: 'as it is', harness: createSimulatorHarness('as it is') },
  { what: 'that knows sats only', harness: createSimulatorHarness('sat only', undefined, satOnly) },
  { what: 'with a worst fee', harness: createSimulatorHarness('reserve only', undefined, reserveOnly) },
  {
    what: 'that chooses its preimages itself',
    harness: createSimulatorHarness('chooses preimages', undefined, choosesPreimages),
  },
]

describe('an unbroken wallet', () => {
  test.each(unbroken)('$what fails nothing and leaves nothing unrun', async ({ harness }) => {
    const summary = await examineBackend({ harness })
    expect(idsWith(summary, 'failed'), formatSummary(summary)).toEqual([])
    expect(idsWith(summary, 'not-runnable')).toEqual([])
    for (const id of idsWith(summary, 'passed')) passed.add(id)
  })
})

describe('a backend that', () => {
  test.each(brokenBackends)('$wrong fails exactly its cases', async (broken) => {
    const { name, breakage, variant, touches, fails } = broken
    const summary = await examineBackend({
      harness: createSimulatorHarness(name, breakage, variant),
      ...(touches === undefined ? {} : { only: casesThatNeed(touches) }),
    })
    expect(idsWith(summary, 'failed'), formatSummary(summary)).toEqual(fails)
  })
})

test('each scenario passes for an unbroken wallet and fails for a broken one', () => {
  const run = conformanceRequirements.filter(
    ({ suite, deferred }) => suite === undefined && deferred === undefined,
  )
  const failedBySome = new Set(brokenBackends.flatMap(({ fails }) => fails))
  expect(run.map(({ id }) => id).filter((id) => !passed.has(id))).toEqual([])
  expect(run.map(({ id }) => id).filter((id) => !failedBySome.has(id))).toEqual([])
})

test('every broken backend has a name of its own and a case that it fails', () => {
  expect(new Set(brokenBackends.map(({ name }) => name)).size).toBe(brokenBackends.length)
  expect(brokenBackends.filter(({ fails }) => fails.length === 0)).toEqual([])
})
