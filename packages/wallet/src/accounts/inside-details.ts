import type { Intent } from '../intents/intent.ts'

/** How an intent says that it is settled between two accounts of this ledger. Nothing leaves the node, so there is no fee to limit. */
export const INSIDE_DETAILS = { inside: true, fees: { feeLimit: 'enforced' } } as const

export const isInside = ({ details }: { details?: Intent['details'] | undefined }): boolean =>
  details?.['inside'] === true
