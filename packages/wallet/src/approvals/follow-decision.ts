import { LightningError } from '@lightning-mcp/core'
import { type Intent, type IntentChange, withChange } from '../intents/intent.ts'
import { updateBooked } from '../ledger/write-intent.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'
import { type Approval, OPEN_APPROVALS } from './approval.ts'
import { type ApprovalAuthority, type ApprovalVerdict, verdictOn } from './approval-verdict.ts'

export interface FollowContext {
  nowMs: number
  authority: ApprovalAuthority
  /** Somebody wrote what only the owner may; an operator should see it. */
  onAlarm?: (alarm: string) => void
}

/** The approval of an intent and what it is worth now; `undefined`: it has none. */
export async function readVerdict(
  store: StoreReader,
  intent: Intent,
  { nowMs, authority }: FollowContext,
): Promise<{ approval: Approval; verdict: ApprovalVerdict } | undefined> {
  const { approvalId } = intent
  if (approvalId === undefined) return undefined
  const approval = await store.approvalById(approvalId)
  if (approval === undefined) return undefined
  const { ledgerId } = await readLedgerMeta(store)
  return { approval, verdict: verdictOn(approval, intent, { ...authority, ledgerId, nowMs }) }
}

/** The approval that lets the intent be sent now. */
export async function usableApproval(
  store: StoreReader,
  intent: Intent,
  context: FollowContext,
): Promise<Approval | undefined> {
  const found = await readVerdict(store, intent, context)
  return found?.verdict === 'approved' ? found.approval : undefined
}

/** Marks it used, in the transaction that reserves: no other reservation can use it. */
export async function spendApproval(store: StoreWriter, { approvalId }: Approval): Promise<void> {
  if (await store.updateApproval(approvalId, { from: ['approved'] }, { state: 'used' })) return
  throw new LightningError({ code: 'internal', message: 'an approval was used already' })
}

/**
 * Brings a waiting intent to where its approval is: denied and expired end it, a forged decision is
 * taken back and told. Answers the intent as it stands then, and its approval where that lets it go on.
 */
export async function followDecision(
  store: StoreWriter,
  intent: Intent,
  context: FollowContext,
): Promise<{ intent: Intent; approved?: Approval }> {
  const found = await readVerdict(store, intent, context)
  if (found === undefined) return { intent: await end(store, intent, 'changed', context) }
  const { approval, verdict } = found
  switch (verdict) {
    case 'pending':
      return { intent }
    case 'approved':
      return { intent, approved: approval }
    case 'forged':
      await alarm(store, intent, 'approval_forged', context)
      await store.updateApproval(
        approval.approvalId,
        { from: [approval.state] },
        { state: 'pending', decidedAtMs: undefined, decidedBy: undefined, signature: undefined },
      )
      return { intent }
    default:
      return { intent: await end(store, intent, verdict, context) }
  }
}

const ENDS = {
  denied: ['denied', 'permission_denied', 'the owner denied this payment'],
  expired: ['expired', 'approval_required', 'nobody decided in time'],
  closed: ['canceled', 'approval_required', 'its approval is no longer open'],
  changed: ['canceled', 'approval_required', 'the record of its approval was changed'],
} as const

async function end(
  store: StoreWriter,
  intent: Intent,
  verdict: keyof typeof ENDS,
  context: FollowContext,
): Promise<Intent> {
  const [state, failureReason, failureDetail] = ENDS[verdict]
  if (verdict === 'changed') await alarm(store, intent, 'approval_changed', context)
  return endWaiting(store, intent, { state, failureReason, failureDetail }, context.nowMs)
}

/** Ends a payment that waits, with nothing sent, and closes its approval where that is still open. */
export async function endWaiting(
  store: StoreWriter,
  intent: Intent,
  why: { state: 'denied' | 'expired' | 'canceled'; failureReason: string; failureDetail: string },
  nowMs: number,
): Promise<Intent> {
  const change: IntentChange = {
    ...why,
    owner: undefined,
    leaseUntilMs: 0,
    nextLookupAtMs: 0,
    updatedAtMs: nowMs,
  }
  if (!(await updateBooked(store, intent, change, nowMs)))
    return (await store.intentById(intent.paymentId)) ?? intent
  if (intent.approvalId !== undefined)
    await store.updateApproval(
      intent.approvalId,
      { from: OPEN_APPROVALS },
      { state: why.state === 'expired' ? 'expired' : 'canceled' },
    )
  return withChange(intent, change)
}

async function alarm(
  store: StoreWriter,
  { account, paymentId, destination, amountMsat, maxFeeMsat, approvalId }: Intent,
  rule: 'approval_forged' | 'approval_changed',
  { nowMs, onAlarm }: FollowContext,
): Promise<void> {
  const rules = [{ rule, allowed: false, detail: String(approvalId) }]
  await store.insertDecision({
    account,
    paymentId,
    atMs: nowMs,
    verdict: 'alarm',
    destination,
    amountMsat,
    maxFeeMsat,
    rules,
  })
  onAlarm?.(
    rule === 'approval_forged'
      ? `a decision on approval ${approvalId} was not made by anybody who may decide; it does not count`
      : `the record of approval ${approvalId} does not fit its payment any more; nothing was sent`,
  )
}
