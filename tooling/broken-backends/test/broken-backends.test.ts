import { examineBackend, formatSummary, idsWith } from '@lightning-mcp/backend-testkit'
import { describe, expect, test } from 'vitest'
import { brokenBackends, createSimulatorHarness } from '../src/index.ts'

test('an unbroken backend fails nothing', async () => {
  const summary = await examineBackend({ harness: createSimulatorHarness('unbroken') })
  expect(idsWith(summary, 'failed'), formatSummary(summary)).toEqual([])
  expect(idsWith(summary, 'not-runnable')).toEqual([])

  const failedBySome = new Set(brokenBackends.flatMap(({ fails }) => fails))
  const neverFailed = idsWith(summary, 'passed').filter((id) => !failedBySome.has(id))
  expect(neverFailed, 'each case that is run fails for some broken backend').toEqual([])
})

describe('a backend that', () => {
  test.each(brokenBackends)('$wrong fails exactly its cases', async ({ name, breakage, fails }) => {
    const summary = await examineBackend({ harness: createSimulatorHarness(name, breakage) })
    expect(idsWith(summary, 'failed'), formatSummary(summary)).toEqual(fails)
  })
})

test('every broken backend has a name of its own and a case that it fails', () => {
  expect(new Set(brokenBackends.map(({ name }) => name)).size).toBe(brokenBackends.length)
  expect(brokenBackends.filter(({ fails }) => fails.length === 0)).toEqual([])
})
