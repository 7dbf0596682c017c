import { type BackendIdentity, cleanText, LightningError, ZERO_MSAT } from '@lightning-mcp/core'
import { withInside } from '../accounts/inside.ts'
import { askOwner } from '../approvals/ask-owner.ts'
import { followDecision, usableApproval } from '../approvals/follow-decision.ts'
import { insertBooked, updateBooked } from '../ledger/write-intent.ts'
import { newPaymentId } from '../payment-id.ts'
import { redeemQuote } from '../quotes/redeem-quote.ts'
import { assertMaySpend, type OnReserved, spendOf } from '../safety/gates.ts'
import type { SpendPlan } from '../spending/spend-plan.ts'
import type { StoreWriter } from '../store/wallet-store.ts'
import { assertAlone } from './assert-alone.ts'
import { type Intent, type IntentChange, mintsInvoice, sameBackend, withChange } from './intent.ts'
import { findMatch, isBurnt } from './match.ts'
import { lookedAtBy, type Pinned, pinnedAgain, pinnedOf } from './pinned.ts'
import {
  assertStillPayable,
  type Claim,
  type ClaimContext,
  dispatchChange,
  judgeIntent,
  permitAgain,
  putAttempt,
  recordJudgement,
  refusal,
  reserve,
} from './reserve.ts'
import type { Asked } from './target.ts'

/** Finds or makes the intent of a call and reserves for it, all in the transaction `store`. */
export async function claim(store: StoreWriter, call: Asked, context: ClaimContext): Promise<Claim> {
  const redeemed = await redeemQuote(store, call, context)
  const { asked } = redeemed
  const found = redeemed.intent ?? (await findMatch(store, asked, context))
  const known = found?.state === 'awaiting_approval' ? await followMatch(store, found, asked, context) : found
  if (known !== undefined && !(await canGoOn(store, known, context))) return { next: 'replay', intent: known }

  const { identity } = context
  if (identity === undefined) throw context.fault
  if (known !== undefined && !sameBackend(known, identity))
    throw new LightningError({
      code: 'idempotency_conflict',
      message: `payment ${known.paymentId} belongs to another wallet than the one that is connected now`,
      hint: 'Connect the wallet it was made with, or use another idempotency key.',
    })
  await assertNothingOpenElsewhere(store, context.account, identity)
  if (known === undefined) return begin(store, asked, context, identity)
  if (known.state !== 'awaiting_approval') redeemed.assertUsable()
  const { repeatOf } = asked
  await assertAlone(store, known, { identity, nowMs: context.nowMs, ...(repeatOf && { repeatOf }) })

  // what the owner approved is not changed by another wording
  const isApproved = known.state === 'awaiting_approval'
  const again = withChange(known, isApproved ? lookedAtBy(asked, known) : wording(asked, known))
  return goOn(store, again, context)
}

/** Reserves for a payment that the owner approved, though nobody calls for it. */
export async function resumeApproved(
  store: StoreWriter,
  { paymentId }: Pick<Intent, 'paymentId'>,
  context: ClaimContext,
  /** How the backend looks now, of spending that is told from others by what was there before. */
  plan: IntentChange = {},
): Promise<Claim> {
  const found = await store.intentById(paymentId)
  if (found === undefined) throw new LightningError({ code: 'internal', message: 'the payment is gone' })
  if (found.state !== 'awaiting_approval') return { next: 'replay', intent: found }
  const { intent } = await followDecision(store, found, context)
  if (!(await isApprovedNow(store, intent, context))) return { next: 'replay', intent }
  const { identity } = context
  if (identity === undefined) throw context.fault
  if (!sameBackend(intent, identity)) return { next: 'replay', intent }
  await assertNothingOpenElsewhere(store, context.account, identity)
  return goOn(store, withChange(intent, plan), context)
}

/** A known intent moves on: it is sent, or an invoice is made for it. */
const goOn = (store: StoreWriter, intent: Intent, context: ClaimContext): Promise<Claim> =>
  mintsInvoice(intent) && mayPinAnother(intent, context.nowMs)
    ? takeForMinting(store, intent, context)
    : reserve(store, intent, pinnedOf(intent), intent, context)

/** A waiting intent as its approval leaves it. Where it ended, another may be meant, or the end is told again to the same key. */
async function followMatch(
  store: StoreWriter,
  found: Intent,
  asked: Asked,
  context: ClaimContext,
): Promise<Intent | undefined> {
  const { intent } = await followDecision(store, found, context)
  const isQuoted = asked.quoteId !== undefined && asked.quoteId === intent.quoteId
  return intent.state === 'awaiting_approval' || isQuoted ? intent : findMatch(store, asked, context)
}

/** Whether the same call may move the intent on: after a proven failure, once approved, or where a process died before it sent anything. */
async function canGoOn(store: StoreWriter, intent: Intent, context: ClaimContext): Promise<boolean> {
  const { nowMs } = context
  // other spending is planned anew first, by the approval worker, which is woken at once
  if (intent.state === 'awaiting_approval')
    return paysInvoice(intent) && (await isApprovedNow(store, intent, context))
  if (intent.state === 'created') return intent.leaseUntilMs <= nowMs
  if (intent.state !== 'failed') return false
  return mayMint(intent) ? !isBurnt(intent, nowMs) : intent.retry === 'same-call'
}

const mayMint = ({ kind }: Intent): boolean => kind === 'minted' || kind === 'offer'

const paysInvoice = ({ kind }: Intent): boolean => kind === 'invoice' || kind === 'minted'

/** Approved, in nobody's hands, and of the backend that is connected. */
async function isApprovedNow(store: StoreWriter, intent: Intent, context: ClaimContext): Promise<boolean> {
  const { identity, nowMs } = context
  if (intent.leaseUntilMs > nowMs || identity === undefined || !sameBackend(intent, identity)) return false
  return (await usableApproval(store, intent, context)) !== undefined
}

/** A fresh invoice only where none is pinned, or after proven failure and expiry. */
const mayPinAnother = (intent: Intent, nowMs: number): boolean =>
  intent.invoice === undefined || (intent.invoiceExpiresAtMs ?? 0) <= nowMs

/** What a repeated call may say anew about an intent. */
const wording = (asked: Asked, known: Intent): IntentChange => ({
  maxFeeGivenMsat: asked.maxFeeGivenMsat,
  memo: asked.memo ?? known.memo,
  budget: asked.budget ?? known.budget,
  quoteId: asked.quoteId ?? known.quoteId,
  sendOptions: asked.sendOptions ?? known.sendOptions,
  ...pinnedAgain(asked, known),
})

async function assertNothingOpenElsewhere(
  store: StoreWriter,
  account: string,
  identity: BackendIdentity,
): Promise<void> {
  const other = await store.openIntentElsewhere(account, identity)
  if (other === undefined) return
  throw new LightningError({
    code: 'spending_paused',
    message: `payment ${other.paymentId} is still open on another wallet (${other.backendKind}, ${other.backendNetwork}), which alone can tell what became of it`,
    hint: 'The owner has to connect that wallet until the payment is final, or give this one its own data folder.',
  })
}

async function begin(
  store: StoreWriter,
  asked: Asked,
  context: ClaimContext,
  identity: BackendIdentity,
): Promise<Claim> {
  const { target } = asked
  const plan = 'plan' in target ? target.plan : undefined
  const draft = plan?.mints === true ? plan : undefined
  const capitalMsat = 'capitalMsat' in target ? target.capitalMsat : undefined
  const { nowMs, account, inside } = context
  const pinned = await withInside<Pinned | undefined>(
    store,
    target.kind === 'invoice'
      ? assertStillPayable(target.decoded, asked.amountMsat, context, identity)
      : draft === undefined
        ? plan
        : undefined,
    { account, identity, inside },
  )
  const { kind, destination } = target
  const { amountMsat, maxFeeGivenMsat, budget } = asked
  const judgement = await judgeIntent(
    store,
    {
      ...{ account, kind, destination, amountMsat, maxFeeGivenMsat, budget, capitalMsat },
      payee: (pinned ?? draft)?.payee,
      details: (pinned ?? draft)?.details,
    },
    context,
  )
  const intent: Intent = {
    paymentId: newPaymentId(nowMs),
    account,
    backendKind: identity.kind,
    backendNetwork: identity.network,
    backendId: identity.id,
    kind,
    state: 'created',
    attempt: 1,
    destination,
    invoiceHasAmount: false,
    amountMsat,
    maxFeeMsat: judgement.maxFeeMsat,
    bookedMsat: ZERO_MSAT,
    feeProvisional: false,
    warnings: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    owner: context.owner,
    leaseUntilMs: nowMs + context.leaseMs,
    nextLookupAtMs: nowMs + context.leaseMs,
    lookups: 0,
    ...(draft === undefined ? {} : draftFields(draft)),
    ...(asked.amountGivenMsat === undefined ? {} : { amountGivenMsat: asked.amountGivenMsat }),
    ...(maxFeeGivenMsat === undefined ? {} : { maxFeeGivenMsat }),
    ...(budget === undefined ? {} : { budget }),
    ...(capitalMsat === undefined ? {} : { capitalMsat }),
    ...(asked.quoteId === undefined ? {} : { quoteId: asked.quoteId }),
    ...(asked.idempotencyKey === undefined ? {} : { idempotencyKey: asked.idempotencyKey }),
    ...(asked.repeatOf === undefined ? {} : { repeatOf: asked.repeatOf }),
    ...(asked.comment === undefined ? {} : { comment: asked.comment }),
    ...(asked.memo === undefined ? {} : { memo: asked.memo }),
    ...(asked.sendOptions === undefined ? {} : { sendOptions: asked.sendOptions }),
  }
  const spend = spendOf({ ...intent, payee: (pinned ?? draft)?.payee }, nowMs)
  let onReserved: OnReserved
  try {
    onReserved = await assertMaySpend(store, context.gates, spend)
  } catch (error) {
    return stopped(store, intent, error, context)
  }
  const isRefused = judgement.verdict === 'refused'
  if (!isRefused || context.keepsRefusal?.() !== false)
    await recordJudgement(store, intent, judgement, nowMs, !isRefused)
  if (judgement.verdict === 'approval') {
    const fixed = pinned === undefined ? {} : dispatchChange(intent, pinned, judgement, context)
    const { maxFeeMsat, message: reason } = judgement
    const { authority } = context
    const waiting = await askOwner(store, intent, {
      isNew: true,
      pinned: fixed,
      maxFeeMsat,
      reason,
      nowMs,
      authority,
    })
    return { next: 'approve', intent: waiting ?? intent }
  }
  if (judgement.verdict !== 'allowed') return { next: 'refused', error: refusal(judgement) }
  if (pinned === undefined) {
    await insertBooked(store, intent, nowMs)
    return { next: 'mint', intent }
  }
  const sending = withChange(intent, dispatchChange(intent, pinned, judgement, context))
  await insertBooked(store, sending, nowMs)
  await putAttempt(store, sending, nowMs)
  await onReserved(store, sending.paymentId)
  return { next: 'send', intent: sending }
}

/** What is known of a payment whose invoice is yet to be fetched. */
const draftFields = ({ payee, description, details }: SpendPlan): Partial<Intent> => ({
  details,
  ...(payee === undefined ? {} : { payee }),
  ...(description === undefined ? {} : { description }),
})

/** A gate stopped it: nothing was written yet, and the owner is to see why. What is no refusal is thrown on. */
async function stopped(
  store: StoreWriter,
  { account, destination, amountMsat, maxFeeMsat }: Intent,
  error: unknown,
  { nowMs, keepsRefusal }: ClaimContext,
): Promise<Claim> {
  if (!LightningError.is(error)) throw error
  const { code, message } = error
  if (keepsRefusal?.() !== false)
    await store.insertDecision({
      ...{ account, destination, amountMsat, maxFeeMsat, code },
      atMs: nowMs,
      verdict: 'refused',
      rules: [{ rule: 'spending_stopped', allowed: false, binding: true, detail: cleanText(message) }],
    })
  return { next: 'refused', error }
}

async function takeForMinting(store: StoreWriter, intent: Intent, context: ClaimContext): Promise<Claim> {
  const { nowMs } = context
  await assertMaySpend(store, context.gates, spendOf(intent, nowMs))
  // nothing is minted before the owner has agreed
  const permit = await permitAgain(store, intent, undefined, context)
  if ('next' in permit) return permit
  const isApproved = intent.state === 'awaiting_approval'
  const change: IntentChange = {
    state: 'created',
    outcome: undefined,
    // a fresh attempt begins: what the failed one paid for is kept with its attempt
    attempt: intent.state === 'failed' && intent.invoice !== undefined ? intent.attempt + 1 : intent.attempt,
    paymentHash: undefined,
    invoice: undefined,
    invoiceExpiresAtMs: undefined,
    maxFeeGivenMsat: intent.maxFeeGivenMsat,
    memo: intent.memo,
    budget: intent.budget,
    quoteId: intent.quoteId,
    sendOptions: intent.sendOptions,
    owner: context.owner,
    leaseUntilMs: nowMs + context.leaseMs,
    // of an approved one the approval worker takes care
    nextLookupAtMs: isApproved ? 0 : nowMs + context.leaseMs,
    updatedAtMs: nowMs,
  }
  if (isApproved || intent.state === 'created') delete change.state
  const taken = withChange(intent, change)
  if (!(await updateBooked(store, intent, change, nowMs))) return { next: 'replay', intent }
  return { next: 'mint', intent: taken }
}
