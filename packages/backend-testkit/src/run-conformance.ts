import assert from 'node:assert/strict'
import { type CaseResult, type ConformanceSummary, formatSummary, idsWith } from './conformance-summary.ts'
import type { BackendHarness } from './harness.ts'
import { assertKnown, type Exceptions, judgeCell } from './judge-cell.ts'
import { type Cell, planCells } from './plan-cells.ts'
import { caseTimeoutMs } from './run-case.ts'

/** What the kit wants of a test runner: vitest's and node:test's `test` both will do. */
export interface ConformanceTest {
  (name: string, run: () => Promise<void>, timeoutMs?: number): unknown
  /** Shows what is not run. Without it the summary alone does. */
  skip?(name: string, run: () => Promise<void>): unknown
}

export interface ConformanceOptions {
  test: ConformanceTest
  /** Groups the tests under the harness's name. */
  describe?: (name: string, define: () => void) => unknown
  harness: BackendHarness
  /** Cases that are known to fail, with the reason; one that passes turns red. */
  exceptions?: Exceptions
  /** Ids of the cases that this harness cannot run. Given: any other set turns red. */
  expectedSkips?: readonly string[]
  /** Gets the summary at the end. Default: text on stderr. */
  report?: (summary: ConformanceSummary) => void
}

/**
 * Registers one test for each requirement that the backend's declared capabilities call for, and a
 * last one that accounts for all of them. Await it at the top of a test file: it connects once, to
 * learn what is declared.
 */
export async function runConformance(options: ConformanceOptions): Promise<void> {
  const { test, describe = (_name, define) => define(), harness, exceptions = {} } = options
  const cells = await planCells(harness)
  assertKnown('exceptions', Object.keys(exceptions), cells)
  const results = new Map<string, CaseResult>()
  describe(`conformance of ${harness.name}`, () => {
    for (const cell of cells) register(cell)
    test('every requirement is accounted for', async () => account())
  })

  function register(cell: Cell): void {
    const { id, behavior } = cell.requirement
    if (cell.state !== 'run' && exceptions[id] === undefined) {
      results.set(id, { id, outcome: cell.state, reason: cell.reason ?? '' })
      if (cell.state === 'not-runnable') test.skip?.(`${id}: not run, ${cell.reason}`, async () => undefined)
      return
    }
    const run = async (): Promise<void> => {
      const { error, ...result } = await judgeCell(harness, cell, exceptions)
      results.set(id, result)
      if (result.outcome === 'failed') throw error
      assert.notEqual(result.outcome, 'stale-exception', result.reason)
    }
    test(`${id}: ${behavior}`, run, caseTimeoutMs(harness) * 2)
  }

  /** As in the manifest; a case that a filter of the runner has left out is not there. */
  function inOrder(): readonly CaseResult[] {
    return cells.flatMap(({ requirement }) => results.get(requirement.id) ?? [])
  }

  function account(): void {
    const summary = { name: harness.name, results: inOrder() }
    const { report, expectedSkips } = options
    if (report === undefined) process.stderr.write(formatSummary(summary, expectedSkips))
    else report(summary)
    if (expectedSkips !== undefined)
      assert.deepEqual(
        [...idsWith(summary, 'not-runnable')].sort(),
        [...expectedSkips].sort(),
        'cases that this harness cannot run',
      )
  }
}
