import type { Msat } from '@lightning-mcp/core'
import type { WalletLimits } from '../limits.ts'
import type { ActiveHours } from './active-hours.ts'
import type { DestinationPattern, PayeeNames } from './destination-pattern.ts'

/** Every limit that a node of the tree may set. What is absent is left to its ancestors. */
export interface NodeLimits extends WalletLimits {
  /** Only what matches one of these. */
  allow?: readonly DestinationPattern[]
  /** Nothing that matches one of these, whatever is allowed. */
  deny?: readonly DestinationPattern[]
  /** The first payment to somebody waits for the owner. */
  approveNewDestinations?: boolean
  activeHours?: ActiveHours
  expiresAtMs?: number
}

/** One place of the tree where spending is limited and counted. */
export interface LimitNode {
  /** `server`, `account:<name>` or `account:<name>/budget:<name>`. Usage is kept under this name. */
  scope: string
  limits: NodeLimits
}

export const SERVER_SCOPE = 'server'
export const accountScope = (account: string): string => `account:${account}`
export const budgetScope = (account: string, budget: string): string =>
  `${accountScope(account)}/budget:${budget}`

/** One payment, as far as limits care. */
export interface Spend {
  /** What leaves for others, without fees. */
  amountMsat: Msat
  /** As the caller gave it. */
  maxFeeMsat?: Msat | undefined
  /** Own money that goes into a channel with it; counted apart. */
  capitalMsat?: Msat | undefined
  /** What a share of a fee limit is taken of, where that is more than what moves: a channel that is closed. */
  feeBaseMsat?: Msat | undefined
  /** The budget that the caller named. */
  budget?: string | undefined
  payee: PayeeNames
}

/** What is known beside the payment itself. */
export interface SpendFacts {
  nowMs: number
  /** Nothing was ever settled to this payee. */
  isNewDestination: boolean
  /** The owner has approved exactly this payment. Limits hold all the same. */
  isApproved?: boolean
}

/** Whose limit it is, for a message. */
export function limitOf(scope: string): string {
  const budget = /\/budget:(.+)$/.exec(scope)?.[1]
  return budget === undefined ? "the owner's limit" : `the owner's limit for budget "${budget}"`
}
