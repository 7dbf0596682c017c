import { clampSubMsat, type ErrorCode, type Msat } from '@lightning-mcp/core'
import type { Usage } from '../ledger/usage.ts'
import type { RuleVerdict } from '../wallet.ts'
import type { PayeeNames } from './destination-pattern.ts'
import type { LimitNode, SpendFacts } from './limit-tree.ts'

/** One payment before one node. */
export interface Question {
  node: LimitNode
  usage: Usage
  amountMsat: Msat
  capitalMsat: Msat
  /** Both together: what a share of fees is taken of. */
  movedMsat: Msat
  /** What a share of a fee limit is taken of. */
  feeBaseMsat: Msat
  maxFeeMsat: Msat
  payee: PayeeNames
  facts: SpendFacts
}

export interface Because {
  code: ErrorCode
  message: string
  hint: string
}

/** What one rule of one node says. `because`: why not. */
export interface Ruling extends RuleVerdict {
  because: Because | undefined
}

export type Rule = (question: Question) => Ruling | undefined

/** How much of a limit a payment would take; what is left afterwards. */
export const amountRuling = (
  rule: string,
  { node: { scope } }: Question,
  limitMsat: Msat,
  usedMsat: Msat,
  because: () => Because,
): Ruling => ({
  rule,
  scope,
  limitMsat,
  usedMsat,
  remainingMsat: clampSubMsat(limitMsat, usedMsat),
  allowed: usedMsat <= limitMsat,
  because: usedMsat <= limitMsat ? undefined : because(),
})

/** What a rule without numbers says. */
export const yesOrNo = (
  rule: string,
  { node: { scope } }: Question,
  because: Because | undefined,
): Ruling => ({
  rule,
  scope,
  allowed: because === undefined,
  because,
})
