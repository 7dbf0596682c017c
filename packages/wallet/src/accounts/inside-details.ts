import type { Intent } from '../intents/intent.ts'

/** How an intent says that it is settled between two accounts of this ledger. */
export const INSIDE_DETAILS = { inside: true } as const

export const isInside = ({ details }: Pick<Intent, 'details'>): boolean => details?.['inside'] === true
