import type { CaseContext } from './case-context.ts'

/** A run that goes through if, and only if, the backend does what the requirement says. */
export interface Scenario {
  readonly id: string
  run(context: CaseContext): Promise<void>
}

/** Binds a run to the requirement that it proves. */
export const verifies = (id: string, run: Scenario['run']): Scenario => ({ id, run })
