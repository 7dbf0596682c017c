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

const WORTH_READING: readonly CaseOutcome[] = [
  'failed',
  'stale-exception',
  'expected-failure',
  'not-runnable',
]
const OUTCOMES: readonly CaseOutcome[] = [
  'passed',
  ...WORTH_READING,
  'not-declared',
  'not-applicable',
  'wallet-suite',
  'deferred',
]

/**
 * The summary as text: one line of counts, then a line for each result that somebody should read.
 * Cases that were expected not to run are counted only.
 */
export function formatSummary(summary: ConformanceSummary, expectedSkips: readonly string[] = []): string {
  const counts = OUTCOMES.map((outcome) => [idsWith(summary, outcome).length, outcome] as const)
    .filter(([count]) => count > 0)
    .map(([count, outcome]) => `${count} ${outcome}`)
  return [
    `${summary.name}: ${counts.join(', ')}`,
    ...summary.results
      .filter(({ id, outcome }) => WORTH_READING.includes(outcome) && !expectedSkips.includes(id))
      .map(({ id, outcome, reason }) => `  ${outcome.toUpperCase()} ${id}: ${reason ?? ''}`),
    '',
  ].join('\n')
}
