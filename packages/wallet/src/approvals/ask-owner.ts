import { randomBytes } from 'node:crypto'
import { cleanText } from '@lightning-mcp/core'
import { type Intent, type IntentChange, mintsInvoice, withChange } from '../intents/intent.ts'
import { insertBooked, updateBooked } from '../ledger/write-intent.ts'
import type { StoreWriter } from '../store/wallet-store.ts'
import { type Approval, OPEN_APPROVALS } from './approval.ts'
import { newApprovalId } from './approval-id.ts'
import { expiryMs } from './approval-rules.ts'
import { termsOf } from './approval-terms.ts'
import type { ApprovalAuthority } from './approval-verdict.ts'
import { assertMayAsk } from './assert-may-ask.ts'

export interface AskOptions {
  /** Not in the store yet. */
  isNew?: boolean
  /** What the payment will be pinned to: the approval is for that alone. */
  pinned?: IntentChange
  /** For this much on top of the amount, at most. */
  maxFeeMsat: Approval['maxFeeMsat']
  /** Why it is asked for. */
  reason: string | undefined
  nowMs: number
  authority: ApprovalAuthority
}

const PINNED = [
  'paymentHash',
  'payee',
  'invoice',
  'invoiceHasAmount',
  'invoiceExpiresAtMs',
  'description',
  'details',
] as const satisfies readonly (keyof IntentChange)[]

/**
 * Has a payment wait for the owner: the intent and the request for approval, in one transaction.
 * Nothing is reserved and nothing sent. Answers the intent as it waits; `undefined`: it is no longer
 * what it was.
 */
export async function askOwner(
  store: StoreWriter,
  intent: Intent,
  { isNew = false, pinned = {}, maxFeeMsat, reason, nowMs, authority }: AskOptions,
): Promise<Intent | undefined> {
  await assertMayAsk(store, intent.account, nowMs)
  // an unused one of before must not stay open beside it
  if (intent.approvalId !== undefined)
    await store.updateApproval(
      intent.approvalId,
      { from: OPEN_APPROVALS },
      {
        state:
          intent.approvalExpiresAtMs !== undefined && nowMs >= intent.approvalExpiresAtMs
            ? 'expired'
            : 'canceled',
      },
    )
  const isRepeated = intent.state === 'failed' && intent.dispatchedAtMs !== undefined
  const fixed = Object.fromEntries(
    PINNED.filter((name) => name in pinned).map((name) => [name, pinned[name]]),
  )
  const payment = withChange(intent, fixed)
  const lastMs = payment.kind === 'invoice' ? (payment.invoiceExpiresAtMs ?? Infinity) : Infinity
  const approval: Approval = {
    ...fromPayment(payment),
    approvalId: newApprovalId(nowMs),
    nonce: randomBytes(16).toString('hex'),
    attempt: isRepeated ? intent.attempt + 1 : intent.attempt,
    maxFeeMsat,
    ...(reason === undefined ? {} : { reason: cleanText(reason) }),
    state: 'pending',
    createdAtMs: nowMs,
    expiresAtMs: Math.min(nowMs + expiryMs(authority.rules), lastMs),
    nextPostAtMs: nowMs,
    posts: 0,
  }
  const change: IntentChange = {
    ...fixed,
    state: 'awaiting_approval',
    outcome: undefined,
    attempt: approval.attempt,
    approvalId: approval.approvalId,
    approvalExpiresAtMs: approval.expiresAtMs,
    maxFeeMsat,
    maxFeeGivenMsat: intent.maxFeeGivenMsat,
    memo: intent.memo,
    budget: intent.budget,
    quoteId: intent.quoteId,
    sendOptions: intent.sendOptions,
    failureReason: undefined,
    failureDetail: undefined,
    retry: undefined,
    owner: undefined,
    leaseUntilMs: 0,
    nextLookupAtMs: 0,
    updatedAtMs: nowMs,
  }
  const waiting = withChange(intent, change)
  if (isNew) await insertBooked(store, waiting, nowMs)
  else if (!(await updateBooked(store, intent, change, nowMs))) return undefined
  await store.insertApproval(approval)
  return waiting
}

/** What of a payment the owner is shown and the decision binds. */
const fromPayment = (intent: Intent, terms = termsOf(intent)) => ({
  paymentId: intent.paymentId,
  account: intent.account,
  backendKind: intent.backendKind,
  backendNetwork: intent.backendNetwork,
  backendId: intent.backendId,
  kind: intent.kind,
  destination: intent.destination,
  amountMsat: intent.amountMsat,
  ...(intent.capitalMsat === undefined ? {} : { capitalMsat: intent.capitalMsat }),
  ...(terms === undefined ? {} : { terms }),
  ...(intent.payee === undefined ? {} : { payee: intent.payee }),
  // of a minted one the destination is bound: should its invoice run out, a fresh one takes its place
  ...(intent.paymentHash === undefined || mintsInvoice(intent) ? {} : { paymentHash: intent.paymentHash }),
  ...(intent.memo === undefined ? {} : { memo: cleanText(intent.memo) }),
  ...(intent.comment === undefined ? {} : { comment: cleanText(intent.comment) }),
  ...(intent.description === undefined ? {} : { description: cleanText(intent.description) }),
})
