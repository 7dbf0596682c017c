import type { BackendProfile, Capability } from '@lightning-mcp/core'
import type { Counterparty } from './counterparty.ts'
import type { Stage, StageBackends, StageFaults } from './stage.ts'

type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T] & string

/** Something optional of a stage, as a path into it. */
export type Ability =
  | Exclude<Optional<Stage>, 'faults'>
  | `backends.${Optional<StageBackends>}`
  | `counterparty.${Optional<Counterparty>}`
  | `faults.${Optional<StageFaults>}`

/**
 * `required`: every backend that declares the capability, with the smallest harness. `facet`: needs
 * an optional ability of the backend, or one of the harness.
 */
export type RequirementLevel = 'required' | 'facet'

/** One thing that a backend must do, as data. */
export interface Requirement {
  /** Named in brackets in core's comments. */
  readonly id: string
  /** Number in the first list of cases; absent on those added later. */
  readonly number?: number
  /** Where it is asked for. */
  readonly source: string
  /** What is true of a correct backend. */
  readonly behavior: string
  readonly level: RequirementLevel
  /** The cell exists only where the backend declares all of these. */
  readonly capabilities?: readonly Capability[]
  /** The cell exists only where the profile says so. */
  readonly profile?: Partial<
    Pick<BackendProfile, 'precision' | 'feeLimit' | 'duplicateGuard' | 'keepsLabels' | 'keepsPaymentLabels'>
  >
  /** What the harness must be able to do … */
  readonly needs?: readonly Ability[]
  /** … or else this. */
  readonly orNeeds?: readonly Ability[]
  /** Belongs to the wallet's own suite, because it needs a ledger. */
  readonly suite?: 'wallet'
  /** Why no scenario stands for it yet. */
  readonly deferred?: string
}
