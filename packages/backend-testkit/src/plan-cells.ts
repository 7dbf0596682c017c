import { type BackendProfile, type Capability, supports } from '@lightning-mcp/core'
import { missingAbilities } from './abilities.ts'
import { openCase } from './case-context.ts'
import { conformanceRequirements } from './conformance-requirements.ts'
import { conformanceScenarios } from './conformance-scenarios.ts'
import type { BackendHarness } from './harness.ts'
import type { Requirement } from './requirement.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

/**
 * Why a requirement is or is not run against one backend. `not-declared` and `not-applicable` follow
 * from what the backend declares; `not-runnable` is a gap of the harness and is told loudly.
 */
export type CellState =
  | 'run'
  | 'not-declared'
  | 'not-applicable'
  | 'not-runnable'
  | 'wallet-suite'
  | 'deferred'

/** One requirement against one backend. */
export interface Cell {
  readonly requirement: Requirement
  readonly state: CellState
  /** Why it is not run. */
  readonly reason?: string
  readonly scenario?: Scenario
}

/** Connects once, reads what the backend declares, and decides what is run. */
export async function planCells(harness: BackendHarness): Promise<readonly Cell[]> {
  const { context, close } = await openCase(harness)
  try {
    const { stage, profile } = context
    return conformanceRequirements.map((requirement) => planCell(requirement, stage, profile))
  } finally {
    await close()
  }
}

function planCell(requirement: Requirement, stage: Stage, profile: BackendProfile): Cell {
  const cell = (state: CellState, reason: string): Cell => ({ requirement, state, reason })
  if (requirement.suite === 'wallet')
    return cell('wallet-suite', 'needs a ledger: the suite of the wallet runs it')
  if (requirement.deferred !== undefined) return cell('deferred', requirement.deferred)
  const undeclared = (requirement.capabilities ?? []).filter(
    (capability: Capability) => !supports(profile.capabilities, capability),
  )
  if (undeclared.length > 0) return cell('not-declared', undeclared.join(', '))
  for (const [name, value] of Object.entries(requirement.profile ?? {}))
    if (profile[name as keyof BackendProfile] !== value)
      return cell('not-applicable', `${name} is ${String(profile[name as keyof BackendProfile])}`)
  const missing = missingAbilities(stage, requirement)
  if (missing.length > 0) return cell('not-runnable', `the harness lacks ${missing.join(', ')}`)
  const scenario = conformanceScenarios.find(({ id }) => id === requirement.id)
  if (scenario === undefined) throw new Error(`no scenario verifies ${requirement.id}`)
  return { requirement, state: 'run', scenario }
}
