import type { Msat } from '@lightning-mcp/core'
import type { DestinationPattern } from './destination-pattern.ts'
import type { NodeLimits } from './limit-tree.ts'

/** What an owner signed: who may spend how much, on what and when. */
export interface Policy {
  /** Goes up with every change and never down. */
  version: number
  server: NodeLimits
  /** Accounts that are not named have the rules of `default`. */
  accounts: ReadonlyMap<string, AccountPolicy>
  approvals: ApprovalRules
}

export interface AccountPolicy {
  limits: NodeLimits
  budgets: ReadonlyMap<string, BudgetPolicy>
}

export interface BudgetPolicy {
  limits: NodeLimits
  /** It applies by itself to what matches one of these, and to nothing else. Absent: where a call names it. */
  destinations?: readonly DestinationPattern[]
}

export interface ApprovalRules {
  /** For how long a payment waits for the owner. */
  expiresMinutes?: number
  /** Where it is told that a decision is needed, and by whose key it may be decided there (Ed25519, base64url). */
  webhook?: { url: string; key: string }
  /** Up to here the client may ask its user instead; it can forge the answer. */
  elicitUpToMsat?: Msat
}

/** Something wrong with a policy file. */
export interface PolicyProblem {
  /** `accounts.default.maxPaymentSats`; empty: the whole file. */
  path: string
  message: string
}
