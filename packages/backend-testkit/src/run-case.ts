import { DEFAULT_PATIENCE_MS, openCase } from './case-context.ts'
import type { BackendHarness } from './harness.ts'
import type { Cell } from './plan-cells.ts'
import { within } from './until.ts'

/** A case waits for several conditions, one after the other. */
const CONDITIONS_PER_CASE = 4

/** How long a case may take before it is red, whatever it waits for. */
export const caseTimeoutMs = ({ patienceMs = DEFAULT_PATIENCE_MS }: BackendHarness): number =>
  patienceMs * CONDITIONS_PER_CASE

/** Runs one cell on a stage of its own; rejects where the backend does not do what it must. */
export async function runCase(harness: BackendHarness, cell: Cell): Promise<void> {
  const { scenario, requirement } = cell
  if (scenario === undefined) throw new Error(`${requirement.id} is ${cell.state}: ${cell.reason}`)
  const { context, close } = await openCase(harness)
  try {
    await within(requirement.id, scenario.run(context), caseTimeoutMs(harness))
  } finally {
    await close()
  }
}
