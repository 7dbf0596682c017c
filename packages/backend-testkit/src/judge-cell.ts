import type { CaseResult } from './conformance-summary.ts'
import type { BackendHarness } from './harness.ts'
import type { Cell } from './plan-cells.ts'
import { runCase } from './run-case.ts'

/** Requirements that a backend is known not to meet, each with the reason. */
export type Exceptions = Readonly<Record<string, string>>

/** Runs a cell where it can be run, and says what became of it. An excepted case has to fail. */
export async function judgeCell(
  harness: BackendHarness,
  cell: Cell,
  exceptions: Exceptions,
): Promise<CaseResult & { error?: unknown }> {
  const { id } = cell.requirement
  const exception = exceptions[id]
  if (cell.state !== 'run') {
    if (exception !== undefined)
      return { id, outcome: 'stale-exception', reason: `it is not run: ${cell.state}, ${cell.reason}` }
    return { id, outcome: cell.state, ...(cell.reason === undefined ? {} : { reason: cell.reason }) }
  }
  try {
    await runCase(harness, cell)
  } catch (error) {
    if (exception !== undefined) return { id, outcome: 'expected-failure', reason: exception }
    return { id, outcome: 'failed', reason: firstLine(error), error }
  }
  if (exception === undefined) return { id, outcome: 'passed' }
  return { id, outcome: 'stale-exception', reason: `it passes: remove the exception "${exception}"` }
}

/** An exception for a requirement that does not exist is a mistake, not an exception. */
export function assertKnown(what: string, ids: readonly string[], cells: readonly Cell[]): void {
  const known = new Set(cells.map(({ requirement }) => requirement.id))
  const unknown = ids.filter((id) => !known.has(id))
  if (unknown.length > 0) throw new Error(`${what} of no requirement: ${unknown.join(', ')}`)
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
