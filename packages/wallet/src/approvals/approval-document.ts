import type { OwnerPublicKey } from '../owner/owner-key.ts'
import { verifyDocument } from '../owner/signed-document.ts'
import type { Approval, ApprovalDecision } from './approval.ts'

/**
 * What is signed to decide an approval (kind `approval-decision`). Amounts are text, because JSON has
 * no exact integers of that size. Absent members are absent, never `null`.
 */
export interface ApprovalDocument {
  /** The ledger that the payment belongs to, where the owner has certified one. */
  ledgerId?: string
  approvalId: string
  nonce: string
  paymentId: string
  account: string
  /** As intents call it: `invoice`, `minted`, `keysend`, `onchain` and so on. */
  kind: string
  destination: string
  amountMsat: string
  /** Own money that goes into a channel. */
  capitalMsat?: string
  maxFeeMsat: string
  terms?: Readonly<Record<string, string>>
  paymentHash?: string
  decision: ApprovalDecision
  decidedAtMs: number
  expiresAtMs: number
}

/** What of the document the request fixes. Whoever decides adds the rest. */
export type ApprovalSubject = Omit<ApprovalDocument, 'decision' | 'decidedAtMs'>

export const subjectOf = (approval: Approval, ledgerId: string | undefined): ApprovalSubject => ({
  ...(ledgerId === undefined ? {} : { ledgerId }),
  approvalId: approval.approvalId,
  nonce: approval.nonce,
  paymentId: approval.paymentId,
  account: approval.account,
  kind: approval.kind,
  destination: approval.destination,
  amountMsat: String(approval.amountMsat),
  ...(approval.capitalMsat === undefined ? {} : { capitalMsat: String(approval.capitalMsat) }),
  maxFeeMsat: String(approval.maxFeeMsat),
  ...(approval.terms === undefined ? {} : { terms: approval.terms }),
  ...(approval.paymentHash === undefined ? {} : { paymentHash: approval.paymentHash as string }),
  expiresAtMs: approval.expiresAtMs,
})

/** A decision as it came back: the words, and who vouches for them. */
export interface SignedDecision {
  decision: ApprovalDecision
  decidedAtMs: number
  signature: string
}

/**
 * Whether the key's holder decided just this. The document is built anew from the request, so that
 * nothing which came with the signature is believed. False for one that was made too late.
 */
export function verifyDecision(
  subject: ApprovalSubject,
  { decision, decidedAtMs, signature }: SignedDecision,
  publicKey: OwnerPublicKey,
): boolean {
  if (decision !== 'approve' && decision !== 'deny') return false
  if (!Number.isSafeInteger(decidedAtMs) || decidedAtMs >= subject.expiresAtMs) return false
  const document: ApprovalDocument = { ...subject, decision, decidedAtMs }
  return verifyDocument('approval-decision', document, signature, publicKey)
}
