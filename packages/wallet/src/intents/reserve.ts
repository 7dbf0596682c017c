import { assertPayable, decodeInvoice } from '@lightning-mcp/codec'
import {
  addMsat,
  type BackendIdentity,
  cleanText,
  type DecodedInvoice,
  type FetchedInvoice,
  LightningError,
  type MintedInvoice,
  type Msat,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { type InsideMeans, withInside } from '../accounts/inside.ts'
import { isInside } from '../accounts/inside-details.ts'
import type { Approval } from '../approvals/approval.ts'
import type { ApprovalAuthority } from '../approvals/approval-verdict.ts'
import { askOwner } from '../approvals/ask-owner.ts'
import { endWaiting, followDecision, spendApproval, usableApproval } from '../approvals/follow-decision.ts'
import { updateBooked } from '../ledger/write-intent.ts'
import type { FeeFacts } from '../limits.ts'
import { assess } from '../policy/assess.ts'
import { payeeNames } from '../policy/destination-pattern.ts'
import type { Judgement } from '../policy/judge.ts'
import type { Rulebook } from '../policy/rulebook.ts'
import { assertMaySpend, type SpendingGate, spendOf } from '../safety/gates.ts'
import { termsOf } from '../spending/spend-plan.ts'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'
import { assertNotExpired, readFetched } from './fetched-offer.ts'
import { type Intent, type IntentChange, withChange } from './intent.ts'
import { guard, type MatchContext } from './match.ts'
import { isInvoice, isOffer, type Pinned, pinnedFields } from './pinned.ts'
import type { Asked } from './target.ts'

export interface ClaimContext extends MatchContext {
  /** The rules in force. */
  rulebook: Rulebook
  fees: FeeFacts
  /** What may stop spending altogether, in order. */
  gates: readonly SpendingGate[]
  /** By what a payment between two accounts of this ledger can be settled inside it. */
  inside?: InsideMeans | undefined
  /** Whose word on an approval counts. */
  authority: ApprovalAuthority
  onAlarm: (alarm: string) => void
  /** Whether one more refusal is written down; absent: each is. */
  keepsRefusal?: () => boolean
  /** Why there is no `identity`. */
  fault?: unknown
  /** This process, and how long it may be believed to live without a sign. */
  owner: string
  leaseMs: number
}

/**
 * What a call has to do next. `replay`: nothing, the intent is an earlier one. `send`: the record
 * stands, this process sends. `mint`: the record stands, an invoice has to be made first.
 * `refused`: the decision is recorded, nothing else. `approve`: the record stands and waits for the owner.
 */
export type Claim =
  | { next: 'replay'; intent: Intent }
  | { next: 'send'; intent: Intent }
  | { next: 'mint'; intent: Intent }
  | { next: 'approve'; intent: Intent }
  | { next: 'refused'; error: LightningError }

/** Throws for an invoice that expired or is another network's. */
export function assertStillPayable(
  decoded: DecodedInvoice,
  amountMsat: Msat,
  { nowMs }: ClaimContext,
  { network }: Pick<BackendIdentity, 'network'>,
): DecodedInvoice {
  const { invoice } = decoded
  assertPayable(decoded.amountMsat === undefined ? { invoice, amountMsat } : { invoice }, {
    network,
    nowSeconds: Math.floor(nowMs / 1000),
  })
  return decoded
}

/**
 * Reserves for an intent and marks it dispatched: a further attempt, or the first of a minted one.
 * The caller sends once the transaction is durable.
 */
export async function reserve(
  store: StoreWriter,
  intent: Intent,
  given: Pinned,
  { maxFeeGivenMsat }: { maxFeeGivenMsat?: Asked['maxFeeGivenMsat'] },
  context: ClaimContext,
): Promise<Claim> {
  const { nowMs } = context
  if (isInvoice(given))
    assertStillPayable(given, intent.amountMsat, context, { network: intent.backendNetwork })
  if (isOffer(given)) assertNotExpired(given, nowMs)
  const { paymentHash } = given
  const live = paymentHash === undefined ? undefined : await store.liveIntentByHash(paymentHash)
  if (live !== undefined) throw guard(live, live.account === intent.account)
  const spend = spendOf({ ...intent, payee: given.payee }, nowMs)
  const pinned = await withInside(store, given, { ...spend, inside: context.inside })
  const onReserved = await assertMaySpend(store, context.gates, spend)
  const permit = await permitAgain(store, { ...intent, maxFeeGivenMsat }, pinned, context)
  if ('next' in permit) return permit
  const { judgement, approval } = permit
  const attempt = intent.state === 'failed' ? intent.attempt + 1 : intent.attempt
  const change = { ...dispatchChange({ ...intent, attempt }, pinned, judgement, context), attempt }
  if (!(await updateBooked(store, intent, change, nowMs))) return stale(intent)
  if (approval !== undefined) await spendApproval(store, approval)
  const sending = withChange(intent, change)
  await putAttempt(store, sending, nowMs)
  await onReserved(store, sending.paymentId)
  return { next: 'send', intent: sending }
}

/**
 * Judges a known intent anew, with the approval that it may have. Answers what to do instead where it
 * may not go on: the owner is asked, the limits say no, or nobody decided in time.
 */
export async function permitAgain(
  store: StoreWriter,
  intent: Omit<Intent, 'maxFeeGivenMsat'> & { maxFeeGivenMsat?: Msat | undefined },
  pinned: Pinned | undefined,
  context: ClaimContext,
): Promise<{ judgement: Judgement; approval?: Approval } | Claim> {
  const { nowMs, authority } = context
  const known = withChange(intent as Intent, {})
  const approval = await usableApproval(store, known, context)
  if (approval === undefined && known.state === 'awaiting_approval')
    return stale((await followDecision(store, known, context)).intent)
  const judgement = await judgeIntent(
    store,
    {
      ...intent,
      payee: pinned?.payee ?? intent.payee,
      details: pinned === undefined ? intent.details : pinned.details,
      // what was approved is the fee limit, too
      maxFeeGivenMsat: approval?.maxFeeMsat ?? intent.maxFeeGivenMsat,
    },
    context,
    { isApproved: approval !== undefined },
  )
  if (judgement.verdict === 'allowed' && pinned === undefined)
    return approval === undefined ? { judgement } : { judgement, approval }
  const isRefused = judgement.verdict === 'refused' && known.state !== 'awaiting_approval'
  if (!isRefused || context.keepsRefusal?.() !== false)
    await recordJudgement(store, known, judgement, nowMs, true)
  switch (judgement.verdict) {
    case 'allowed':
      return approval === undefined ? { judgement } : { judgement, approval }
    case 'approval': {
      const { maxFeeMsat, message: reason } = judgement
      const fixed = pinned === undefined ? {} : dispatchChange(known, pinned, judgement, context)
      const waiting = await askOwner(store, known, { pinned: fixed, maxFeeMsat, reason, nowMs, authority })
      return waiting === undefined ? stale(known) : { next: 'approve', intent: waiting }
    }
    default: {
      if (known.state !== 'awaiting_approval') return { next: 'refused', error: refusal(judgement) }
      // an approval lifts no limit: what ran out meanwhile ends the payment, and the approval with it
      const failureReason = judgement.code ?? 'budget_exceeded'
      const failureDetail = judgement.message ?? 'refused by a limit'
      return stale(await endWaiting(store, known, { state: 'canceled', failureReason, failureDetail }, nowMs))
    }
  }
}

/** Judges what an intent would spend, by the rules in force and what was spent so far. */
export const judgeIntent = (
  store: StoreReader,
  intent: Pick<Intent, 'account' | 'kind' | 'destination' | 'amountMsat'> & {
    payee?: string | undefined
    maxFeeGivenMsat?: Msat | undefined
    capitalMsat?: Msat | undefined
    budget?: string | undefined
    details?: Intent['details'] | undefined
  },
  { rulebook, fees, nowMs }: Pick<ClaimContext, 'rulebook' | 'fees' | 'nowMs'>,
  { isApproved = false }: { isApproved?: boolean } = {},
): Promise<Judgement> =>
  assess(store, rulebook, {
    account: intent.account,
    kind: intent.kind,
    destination: intent.destination,
    spend: {
      amountMsat: intent.amountMsat,
      maxFeeMsat: isInside(intent) ? ZERO_MSAT : intent.maxFeeGivenMsat,
      capitalMsat: intent.capitalMsat,
      budget: intent.budget,
      payee: payeeNames(intent),
      feeBaseMsat: termsOf(intent).feeBaseMsat,
    },
    // what spending other than an invoice may cost was found out when it was planned
    fees: termsOf(intent).fees ?? fees,
    nowMs,
    isApproved,
  })

/** Pins what a service or the owner of an offer made, and reserves for it. The intent stays as it was where this throws. */
export async function pin(
  store: StoreWriter,
  intent: Intent,
  minted: MintedInvoice | FetchedInvoice,
  context: ClaimContext,
): Promise<Claim> {
  const current = await store.intentById(intent.paymentId)
  const isBeingMinted = current?.state === 'created' || current?.state === 'awaiting_approval'
  if (!isBeingMinted || current.owner !== context.owner) return stale(current ?? intent)
  const { maxFeeGivenMsat } = current
  const given = maxFeeGivenMsat === undefined ? {} : { maxFeeGivenMsat }
  if ('paymentHash' in minted)
    return reserve(store, current, readFetched(current, minted, context.nowMs), given, context)
  const decoded = decodeInvoice(minted.invoice)
  if (decoded.amountMsat !== intent.amountMsat)
    throw new LightningError({
      code: 'invalid_invoice',
      message: 'the recipient’s service made an invoice of another amount than was asked for',
      hint: 'Do not pay it. Try again later, or ask the recipient.',
    })
  return reserve(
    store,
    {
      ...current,
      description: cleanText(minted.description),
      warnings: minted.warnings,
      ...(minted.successMessage === undefined ? {} : { successMessage: cleanText(minted.successMessage) }),
    },
    decoded,
    given,
    context,
  )
}

const stale = (intent: Intent): Claim => ({ next: 'replay', intent })

/** The reservation and everything else that makes an intent dispatched. */
export function dispatchChange(
  intent: Intent,
  pinned: Pinned,
  { maxFeeMsat, scopes }: Judgement,
  { nowMs, owner, leaseMs }: ClaimContext,
): IntentChange {
  return {
    state: 'dispatched',
    outcome: undefined,
    ...pinnedFields(intent, pinned),
    capitalMsat: intent.capitalMsat,
    successMessage: intent.successMessage,
    warnings: intent.warnings,
    memo: intent.memo,
    maxFeeGivenMsat: intent.maxFeeGivenMsat,
    maxFeeMsat,
    bookedMsat: addMsat(intent.amountMsat, maxFeeMsat, intent.capitalMsat ?? ZERO_MSAT),
    limitScopes: scopes,
    budget: intent.budget,
    quoteId: intent.quoteId,
    sendOptions: intent.sendOptions,
    chargedAtMs: nowMs,
    feeMsat: undefined,
    feeProvisional: false,
    failureReason: undefined,
    failureDetail: undefined,
    retry: undefined,
    backendPaymentId: undefined,
    dispatchedAtMs: nowMs,
    closedAtMs: undefined,
    absentSinceMs: undefined,
    lookups: 0,
    owner,
    leaseUntilMs: nowMs + leaseMs,
    nextLookupAtMs: nowMs + leaseMs,
    updatedAtMs: nowMs,
  }
}

export async function putAttempt(store: StoreWriter, intent: Intent, nowMs: number): Promise<void> {
  if (intent.paymentHash === undefined) return
  const { paymentId, attempt, paymentHash, amountMsat, maxFeeMsat } = intent
  await store.putAttempt({
    paymentId,
    attempt,
    paymentHash,
    amountMsat,
    maxFeeMsat,
    state: 'dispatched',
    startedAtMs: nowMs,
  })
}

export async function recordJudgement(
  store: StoreWriter,
  intent: Intent,
  judgement: Judgement,
  atMs: number,
  bound: boolean,
): Promise<void> {
  await store.insertDecision({
    account: intent.account,
    ...(bound ? { paymentId: intent.paymentId } : {}),
    atMs,
    verdict: judgement.verdict,
    ...(judgement.code === undefined ? {} : { code: judgement.code }),
    destination: intent.destination,
    amountMsat: intent.amountMsat,
    maxFeeMsat: judgement.maxFeeMsat,
    rules: judgement.rules,
  })
}

export function refusal({
  code = 'budget_exceeded',
  message = 'refused by a limit',
  hint,
}: Judgement): LightningError {
  return new LightningError({ code, message, ...(hint === undefined ? {} : { hint }) })
}
