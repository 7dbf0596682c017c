import { decodeInvoice } from '@lightning-mcp/codec'
import { type BackendIdentity, LightningError, ZERO_MSAT } from '@lightning-mcp/core'
import { insertBooked, updateBooked } from '../ledger/write-intent.ts'
import { newPaymentId } from '../payment-id.ts'
import { assertMaySpend, spendOf } from '../safety/gates.ts'
import type { StoreWriter } from '../store/wallet-store.ts'
import { type Intent, type IntentChange, sameBackend, withChange } from './intent.ts'
import { findMatch, isBurnt } from './match.ts'
import {
  assertStillPayable,
  type Claim,
  type ClaimContext,
  dispatchChange,
  judgeIntent,
  putAttempt,
  recordJudgement,
  refusal,
  reserve,
} from './reserve.ts'
import type { Asked } from './target.ts'

/** Finds or makes the intent of a call and reserves for it, all in the transaction `store`. */
export async function claim(store: StoreWriter, asked: Asked, context: ClaimContext): Promise<Claim> {
  const known = await findMatch(store, asked, context)
  if (known !== undefined && !canGoOn(known, context.nowMs)) return { next: 'replay', intent: known }

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

  const again = withChange(known, wording(asked, known))
  if (again.kind === 'minted' && mayPinAnother(again, context.nowMs))
    return takeForMinting(store, again, context)
  return reserve(store, again, decodeInvoice(again.invoice ?? again.destination), asked, context)
}

/** Whether the same call may move the intent on: after a proven failure, or where a process died before it sent anything. */
function canGoOn(intent: Intent, nowMs: number): boolean {
  if (intent.state === 'created') return intent.leaseUntilMs <= nowMs
  if (intent.state !== 'failed') return false
  return intent.kind === 'minted' ? !isBurnt(intent, nowMs) : intent.retry === 'same-call'
}

/** A fresh invoice only where none is pinned, or after proven failure and expiry. */
const mayPinAnother = (intent: Intent, nowMs: number): boolean =>
  intent.invoice === undefined || (intent.invoiceExpiresAtMs ?? 0) <= nowMs

/** What a repeated call may say anew about an intent. */
const wording = (asked: Asked, known: Intent): IntentChange => ({
  maxFeeGivenMsat: asked.maxFeeGivenMsat,
  memo: asked.memo ?? known.memo,
  budget: asked.budget ?? known.budget,
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
  const decoded =
    target.kind === 'invoice'
      ? assertStillPayable(target.decoded, asked.amountMsat, context, identity)
      : undefined
  const { nowMs, account } = context
  const { kind, destination } = target
  const { amountMsat, maxFeeGivenMsat, budget } = asked
  const judgement = await judgeIntent(
    store,
    { account, kind, destination, amountMsat, maxFeeGivenMsat, budget, payee: decoded?.payee },
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
    ...(asked.amountGivenMsat === undefined ? {} : { amountGivenMsat: asked.amountGivenMsat }),
    ...(maxFeeGivenMsat === undefined ? {} : { maxFeeGivenMsat }),
    ...(budget === undefined ? {} : { budget }),
    ...(asked.idempotencyKey === undefined ? {} : { idempotencyKey: asked.idempotencyKey }),
    ...(asked.repeatOf === undefined ? {} : { repeatOf: asked.repeatOf }),
    ...(asked.comment === undefined ? {} : { comment: asked.comment }),
    ...(asked.memo === undefined ? {} : { memo: asked.memo }),
  }
  const spend = spendOf({ ...intent, payee: decoded?.payee }, nowMs)
  const onReserved = await assertMaySpend(store, context.gates, spend)
  await recordJudgement(store, intent, judgement, nowMs, judgement.verdict === 'allowed')
  if (judgement.verdict !== 'allowed') return { next: 'refused', error: refusal(judgement) }
  if (decoded === undefined) {
    await insertBooked(store, intent, nowMs)
    return { next: 'mint', intent }
  }
  const sending = withChange(intent, dispatchChange(intent, decoded, judgement, context))
  await insertBooked(store, sending, nowMs)
  await putAttempt(store, sending, nowMs)
  await onReserved(store, sending.paymentId)
  return { next: 'send', intent: sending }
}

async function takeForMinting(store: StoreWriter, intent: Intent, context: ClaimContext): Promise<Claim> {
  const { nowMs } = context
  await assertMaySpend(store, context.gates, spendOf(intent, nowMs))
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
    owner: context.owner,
    leaseUntilMs: nowMs + context.leaseMs,
    nextLookupAtMs: nowMs + context.leaseMs,
    updatedAtMs: nowMs,
  }
  const taken = withChange(intent, change)
  if (intent.state === 'created') delete change.state
  if (!(await updateBooked(store, intent, change, nowMs))) return { next: 'replay', intent }
  return { next: 'mint', intent: taken }
}
