import type { Intent } from './intents/intent.ts'

/** The moments of a payment between which a process may die. */
export const STEPS = ['created', 'minted', 'recorded', 'before-send', 'answered', 'result-recorded'] as const

/** Of a payment between two accounts of one ledger: the node was told to cancel the invoice. */
export const INSIDE_STEP = 'inside-canceled'

export type StepName = (typeof STEPS)[number] | typeof INSIDE_STEP

/** Called and waited for at each step: the place for a test to stop the world. */
export type Step = (name: StepName, intent: Intent) => void | Promise<void>
