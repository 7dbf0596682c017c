import type { CaseResult, ConformanceSummary } from './conformance-summary.ts'
import type { BackendHarness } from './harness.ts'
import { assertKnown, type Exceptions, judgeCell } from './judge-cell.ts'
import { planCells } from './plan-cells.ts'

export interface ExamineOptions {
  harness: BackendHarness
  exceptions?: Exceptions
  /** Only these requirements. */
  only?: readonly string[]
}

/** Runs the kit without a test runner and answers what became of every requirement. Never rejects for a failed case. */
export async function examineBackend(options: ExamineOptions): Promise<ConformanceSummary> {
  const { harness, exceptions = {}, only } = options
  const cells = await planCells(harness)
  assertKnown('exceptions', Object.keys(exceptions), cells)
  const results: CaseResult[] = []
  for (const cell of cells)
    if (only === undefined || only.includes(cell.requirement.id)) {
      const { id, outcome, reason } = await judgeCell(harness, cell, exceptions)
      results.push({ id, outcome, ...(reason === undefined ? {} : { reason }) })
    }
  return { name: harness.name, results }
}
