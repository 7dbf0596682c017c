import type { CellState } from './plan-cells.ts'

/** What became of a requirement. `expected-failure`: it failed, and an exception says why it may. */
export type CaseOutcome =
  | 'passed'
  | 'failed'
  | 'expected-failure'
  | 'stale-exception'
  | Exclude<CellState, 'run'>

export interface CaseResult {
  readonly id: string
  readonly outcome: CaseOutcome
  /** Why it failed, was excepted or was not run. */
  readonly reason?: string
}

/** What became of every requirement, for one backend. */
export interface ConformanceSummary {
  readonly name: string
  readonly results: readonly CaseResult[]
}

/** Ids with this outcome. */
export const idsWith = (summary: ConformanceSummary, outcome: CaseOutcome): readonly string[] =>
  summary.results.filter((result) => result.outcome === outcome).map(({ id }) => id)

/** Green: nothing failed and no exception is stale. What could not be run is not held against it here. */
export const conforms = (summary: ConformanceSummary): boolean =>
  summary.results.every(({ outcome }) => outcome !== 'failed' && outcome !== 'stale-exception')

/**
 * The summary as text: one line of counts, then a line for each result that somebody should read.
 * Cases that were expected not to run are counted only.
 */
export function formatSummary(summary: ConformanceSummary, expectedSkips: readonly string[] = []): string {
  const counts = new Map<CaseOutcome, number>()
  for (const { outcome } of summary.results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const worthReading: readonly CaseOutcome[] = [
    'failed',
    'stale-exception',
    'expected-failure',
    'not-runnable',
  ]
  return [
    `${summary.name}: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`,
    ...summary.results
      .filter(({ id, outcome }) => worthReading.includes(outcome) && !expectedSkips.includes(id))
      .map(({ id, outcome, reason }) => `  ${outcome.toUpperCase()} ${id}: ${reason ?? ''}`),
    '',
  ].join('\n')
}
