import type { Secret } from '@lightning-mcp/core'
import type { ApprovalRules } from '../policy/policy.ts'
import type { Approval, ApprovalDecision } from './approval.ts'

/** Decides in the place of an owner who has no key: the program's own code. `undefined`: it does not decide this one. */
export type DecideByProgram = (approval: Approval) => Promise<ApprovalDecision | undefined>

/** How payments are approved that the limits have wait for the owner. */
export interface ApprovalSettings {
  /** Signs what is posted to the webhook that the policy names. */
  webhookSecret?: Secret
  /** Decides where there is no owner's key; never asked beside one. Its approval counts in this process only. */
  decide?: DecideByProgram
  /** Where no policy says it. */
  rules?: ApprovalRules
}
