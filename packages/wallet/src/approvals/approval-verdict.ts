import type { Intent } from '../intents/intent.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import type { ApprovalRules } from '../policy/policy.ts'
import type { ApprovalId } from '../wallet.ts'
import type { Approval } from './approval.ts'
import { subjectOf, verifyDecision } from './approval-document.ts'
import { mayElicit } from './approval-rules.ts'
import { sameTerms, termsOf } from './approval-terms.ts'

/** Whom this wallet believes, as of now. */
export interface ApprovalAuthority {
  rules: ApprovalRules
  /** The owner's verifying key. Without one no signed decision of an owner counts. */
  publicKey?: OwnerPublicKey | undefined
  /** What the program's own function approved, in this process: no other can know. */
  granted: ReadonlySet<ApprovalId>
}

/**
 * What an approval is worth at this moment. `forged`: somebody wrote a decision that nobody with a
 * right to it made. `changed`: the record is not about this payment any more.
 */
export type ApprovalVerdict = 'pending' | 'approved' | 'denied' | 'expired' | 'closed' | 'forged' | 'changed'

/** Judges the record and its signature, never its state alone: whoever can write the database can write a state. */
export function verdictOn(
  approval: Approval,
  intent: Intent,
  authority: ApprovalAuthority & { ledgerId: string | undefined; nowMs: number },
): ApprovalVerdict {
  if (!isAbout(approval, intent)) return 'changed'
  const { state, expiresAtMs, decidedBy } = approval
  if (state === 'used' || state === 'canceled' || state === 'expired') return 'closed'
  const isOver = authority.nowMs >= expiresAtMs
  if (state === 'pending') return isOver ? 'expired' : 'pending'
  // another process's program said so, and only that one can know
  if (decidedBy === 'program' && state === 'approved' && !authority.granted.has(approval.approvalId))
    return isOver ? 'expired' : 'pending'
  if (!isBelieved(approval, authority)) return 'forged'
  if (state === 'denied') return 'denied'
  return isOver ? 'expired' : 'approved'
}

/** Everything that a decision binds, as the payment has it now. */
function isAbout(approval: Approval, intent: Intent): boolean {
  return (
    approval.approvalId === intent.approvalId &&
    approval.paymentId === intent.paymentId &&
    approval.account === intent.account &&
    approval.backendKind === intent.backendKind &&
    approval.backendNetwork === intent.backendNetwork &&
    approval.backendId === intent.backendId &&
    approval.kind === intent.kind &&
    approval.destination === intent.destination &&
    approval.amountMsat === intent.amountMsat &&
    approval.capitalMsat === intent.capitalMsat &&
    sameTerms(approval.terms, termsOf(intent)) &&
    approval.maxFeeMsat === intent.maxFeeMsat &&
    approval.expiresAtMs === intent.approvalExpiresAtMs &&
    (approval.paymentHash === undefined || approval.paymentHash === intent.paymentHash)
  )
}

function isBelieved(
  approval: Approval,
  { rules, publicKey, ledgerId }: ApprovalAuthority & { ledgerId: string | undefined },
): boolean {
  const { state, decidedBy, decidedAtMs, signature } = approval
  const signedBy = (key: OwnerPublicKey | undefined): boolean =>
    key !== undefined &&
    signature !== undefined &&
    decidedAtMs !== undefined &&
    verifyDecision(
      subjectOf(approval, ledgerId),
      { decision: state === 'approved' ? 'approve' : 'deny', decidedAtMs, signature },
      key,
    )
  switch (decidedBy) {
    case 'cli':
    case 'console':
      return signedBy(publicKey)
    case 'webhook':
      return signedBy(rules.webhook?.key)
    case 'elicitation':
      return mayElicit(rules, approval)
    case 'program':
      return publicKey === undefined
    default:
      return false
  }
}
