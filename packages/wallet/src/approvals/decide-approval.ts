import { LightningError } from '@lightning-mcp/core'
import { canonicalJson } from '../owner/canonical-json.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { StoreReader, StoreWriter, WalletStore } from '../store/wallet-store.ts'
import type { Approval, ApprovalDecider, ApprovalDecision, ApprovalState } from './approval.ts'
import { type ApprovalDocument, type SignedDecision, subjectOf } from './approval-document.ts'
import { approvalId as readApprovalId } from './approval-id.ts'

// How the owner's CLI uses this, beside a running server or without one:
//   const open = await listApprovals(store, { states: ['pending'] })
//   const approval = await findApproval(store, id)
//   await decideApproval(store, { approvalId: id, decision: 'approve',
//     sign: (document) => signDocument('approval-decision', document, ownerKey) })
// The wallet that pays checks the signature when it pays; nothing written here is believed before.

/** Approvals of a store, newest first. An open one whose time is over is shown as `expired`. */
export async function listApprovals(
  store: Pick<WalletStore, 'read'>,
  {
    account,
    states,
    limit = 100,
    nowMs = Date.now(),
  }: { account?: string; states?: readonly ApprovalState[]; limit?: number; nowMs?: number } = {},
): Promise<readonly Approval[]> {
  const found = await store.read((reader) =>
    reader.approvals({
      limit,
      ...(account === undefined ? {} : { account }),
      ...(states === undefined ? {} : { states }),
    }),
  )
  const shown = found.map((approval) => asOf(approval, nowMs))
  return states === undefined ? shown : shown.filter(({ state }) => states.includes(state))
}

/** One approval. Throws `not_found`, or `invalid_request` for what is no approval id. */
export async function findApproval(
  store: Pick<WalletStore, 'read'>,
  approvalId: string,
  nowMs: number = Date.now(),
): Promise<Approval> {
  const id = readApprovalId(approvalId)
  return asOf(await store.read((reader) => mustFind(reader, id)), nowMs)
}

const asOf = (approval: Approval, nowMs: number): Approval =>
  (approval.state === 'pending' || approval.state === 'approved') && nowMs >= approval.expiresAtMs
    ? { ...approval, state: 'expired' }
    : approval

async function mustFind(reader: StoreReader, approvalId: Approval['approvalId']): Promise<Approval> {
  const found = await reader.approvalById(approvalId)
  if (found !== undefined) return found
  throw new LightningError({
    code: 'not_found',
    message: 'this wallet knows no such approval',
    hint: '`lightning-mcp approvals list` shows what waits.',
    sent: 'no',
  })
}

export interface DecideApprovalRequest {
  approvalId: string
  decision: ApprovalDecision
  /** What the owner was shown: refused where the record says something else by now. */
  seen?: Approval
  /** Signs as kind `approval-decision`. */
  sign: (document: ApprovalDocument) => string
  /** Default `cli`. */
  by?: Extract<ApprovalDecider, 'cli' | 'console'>
  nowMs?: number
}

/**
 * Writes down the owner's decision. The wallet that pays picks it up within a second or so, checks the
 * signature and all limits anew, and pays. Throws `not_found`; `already_exists` where it is decided;
 * `approval_required` where its time is over.
 */
export async function decideApproval(
  store: Pick<WalletStore, 'transaction'>,
  { approvalId, decision, seen, sign, by = 'cli', nowMs = Date.now() }: DecideApprovalRequest,
): Promise<Approval> {
  const id = readApprovalId(approvalId)
  return store.transaction(async (writer) => {
    const approval = await mustFind(writer, id)
    const { ledgerId } = await readLedgerMeta(writer)
    assertOpen(approval, nowMs)
    const subject = subjectOf(approval, ledgerId)
    if (seen !== undefined && canonicalJson(subjectOf(seen, ledgerId)) !== canonicalJson(subject))
      throw new LightningError({
        code: 'permission_denied',
        message: 'the record of this approval was changed after it was shown; nothing was signed',
        hint: 'Somebody writes to the wallet’s database who should not. Use `lightning-mcp owner pause` and find out who.',
        sent: 'no',
      })
    const document: ApprovalDocument = { ...subject, decision, decidedAtMs: nowMs }
    const signature = sign(document)
    await writeDecision(writer, approval, { decision, decidedAtMs: nowMs, signature }, by)
    return mustFind(writer, id)
  })
}

/** Throws where nothing is left to decide. */
export function assertOpen(approval: Approval, nowMs: number): void {
  const { state } = asOf(approval, nowMs)
  if (state === 'pending') return
  if (state === 'expired')
    throw new LightningError({
      code: 'approval_required',
      message: 'the time to decide this payment is over; nothing was sent',
      hint: 'Let the payment be asked for again.',
      sent: 'no',
    })
  throw new LightningError({
    code: 'already_exists',
    message: `this approval is ${state} already`,
    hint: 'A decision is not taken back. To stop everything use `lightning-mcp owner pause`.',
    sent: 'no',
  })
}

/** Writes a decision on a pending approval; false where somebody was quicker. */
export const writeDecision = (
  store: StoreWriter,
  { approvalId }: Approval,
  { decision, decidedAtMs, signature }: Omit<SignedDecision, 'signature'> & { signature?: string },
  decidedBy: ApprovalDecider,
): Promise<boolean> =>
  store.updateApproval(
    approvalId,
    { from: ['pending'] },
    { state: decision === 'approve' ? 'approved' : 'denied', decidedAtMs, decidedBy, signature },
  )
