import { assertPayable, decodeInvoice } from '@lightning-mcp/codec'
import {
  addMsat,
  type BackendIdentity,
  cleanText,
  type DecodedInvoice,
  LightningError,
  type MintedInvoice,
  type Msat,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { type EffectiveLimits, type FeeFacts, type Judgement, judge } from '../limits.ts'
import { newPaymentId } from '../payment-id.ts'
import type { StoreWriter } from '../store/wallet-store.ts'
import { type Intent, type IntentChange, sameBackend, withChange } from './intent.ts'
import { findMatch, isBurnt, type MatchContext } from './match.ts'
import type { Asked } from './target.ts'

export interface ClaimContext extends MatchContext {
  limits: EffectiveLimits
  fees: FeeFacts
  /** This process, and how long it may be believed to live without a sign. */
  owner: string
  leaseMs: number
}

/**
 * What a call has to do next. `replay`: nothing, the intent is an earlier one. `send`: the record
 * stands, this process sends. `mint`: the record stands, an invoice has to be made first.
 * `refused`: the decision is recorded, nothing else.
 */
export type Claim =
  | { next: 'replay'; intent: Intent }
  | { next: 'send'; intent: Intent }
  | { next: 'mint'; intent: Intent }
  | { next: 'refused'; error: LightningError }

/** Finds or makes the intent of a call and reserves for it, all in the transaction `store`. */
export async function claim(store: StoreWriter, asked: Asked, context: ClaimContext): Promise<Claim> {
  const known = await findMatch(store, asked, context)
  if (known !== undefined && !canGoOn(known, context.nowMs)) return { next: 'replay', intent: known }

  const { identity } = context
  if (identity === undefined)
    throw new LightningError({
      code: 'unavailable',
      message: 'the node cannot be reached, so nothing was sent',
      hint: 'Try again in a while.',
    })
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
  if (intent.state !== 'failed' || intent.retry === 'never') return false
  if (intent.kind === 'minted') return !isBurnt(intent, nowMs)
  return intent.retry === 'same-call'
}

/** A fresh invoice only where none is pinned, or after proven failure and expiry. */
const mayPinAnother = (intent: Intent, nowMs: number): boolean =>
  intent.invoice === undefined || (intent.invoiceExpiresAtMs ?? 0) <= nowMs

/** What a repeated call may say anew about an intent. */
const wording = (asked: Asked, known: Intent): IntentChange => ({
  maxFeeGivenMsat: asked.maxFeeGivenMsat,
  memo: asked.memo ?? known.memo,
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
    target.kind === 'invoice' ? payable(target.decoded, asked.amountMsat, context, identity) : undefined
  const judgement = judge(
    { amountMsat: asked.amountMsat, maxFeeMsat: asked.maxFeeGivenMsat },
    context.limits,
    context.fees,
  )
  const { nowMs } = context
  const intent: Intent = {
    paymentId: newPaymentId(nowMs),
    account: context.account,
    backendKind: identity.kind,
    backendNetwork: identity.network,
    backendId: identity.id,
    kind: target.kind,
    state: 'created',
    attempt: 1,
    destination: target.destination,
    invoiceHasAmount: false,
    amountMsat: asked.amountMsat,
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
    ...(asked.maxFeeGivenMsat === undefined ? {} : { maxFeeGivenMsat: asked.maxFeeGivenMsat }),
    ...(asked.idempotencyKey === undefined ? {} : { idempotencyKey: asked.idempotencyKey }),
    ...(asked.repeatOf === undefined ? {} : { repeatOf: asked.repeatOf }),
    ...(asked.comment === undefined ? {} : { comment: asked.comment }),
    ...(asked.memo === undefined ? {} : { memo: asked.memo }),
  }
  await recordJudgement(store, intent, judgement, nowMs, judgement.allowed)
  if (!judgement.allowed) return { next: 'refused', error: refusal(judgement) }
  if (decoded === undefined) {
    await store.insertIntent(intent)
    return { next: 'mint', intent }
  }
  const sending = withChange(intent, dispatchChange(intent, decoded, judgement, context))
  await store.insertIntent(sending)
  await putAttempt(store, sending, nowMs)
  return { next: 'send', intent: sending }
}

function payable(
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

async function takeForMinting(store: StoreWriter, intent: Intent, context: ClaimContext): Promise<Claim> {
  const { nowMs } = context
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
    owner: context.owner,
    leaseUntilMs: nowMs + context.leaseMs,
    nextLookupAtMs: nowMs + context.leaseMs,
    updatedAtMs: nowMs,
  }
  const from = intent.state === 'created' ? 'created' : 'failed'
  const taken = withChange(intent, change)
  if (from === 'created') delete change.state
  if (!(await store.updateIntent(intent.paymentId, { from: [from] }, change))) return stale(intent)
  return { next: 'mint', intent: taken }
}

/**
 * Reserves for an intent and marks it dispatched: a further attempt, or the first of a minted one.
 * The caller sends once the transaction is durable.
 */
async function reserve(
  store: StoreWriter,
  intent: Intent,
  decoded: DecodedInvoice,
  { maxFeeGivenMsat }: { maxFeeGivenMsat?: Asked['maxFeeGivenMsat'] },
  context: ClaimContext,
): Promise<Claim> {
  const { nowMs } = context
  payable(decoded, intent.amountMsat, context, { network: intent.backendNetwork })
  const live = await store.liveIntentByHash(decoded.paymentHash)
  if (live !== undefined)
    throw new LightningError({
      code: 'hash_conflict',
      message: 'the invoice has the payment hash of one that was paid or is being paid',
      hint: 'Do not pay it; ask the recipient for a fresh one.',
    })
  const judgement = judge(
    { amountMsat: intent.amountMsat, maxFeeMsat: maxFeeGivenMsat },
    context.limits,
    context.fees,
  )
  await recordJudgement(store, intent, judgement, nowMs, true)
  if (!judgement.allowed) return { next: 'refused', error: refusal(judgement) }
  const attempt = intent.state === 'failed' ? intent.attempt + 1 : intent.attempt
  const change = { ...dispatchChange({ ...intent, attempt }, decoded, judgement, context), attempt }
  if (!(await store.updateIntent(intent.paymentId, { from: [intent.state] }, change))) return stale(intent)
  const sending = withChange(intent, change)
  await putAttempt(store, sending, nowMs)
  return { next: 'send', intent: sending }
}

/** Pins what a service minted, and reserves for it. The intent stays `created` where this throws. */
export async function pin(
  store: StoreWriter,
  intent: Intent,
  minted: MintedInvoice,
  context: ClaimContext,
): Promise<Claim> {
  const current = await store.intentById(intent.paymentId)
  if (current?.state !== 'created' || current.owner !== context.owner) return stale(current ?? intent)
  const decoded = decodeInvoice(minted.invoice)
  if (decoded.amountMsat !== intent.amountMsat)
    throw new LightningError({
      code: 'invalid_invoice',
      message: 'the recipient’s service made an invoice of another amount than was asked for',
      hint: 'Do not pay it. Try again later, or ask the recipient.',
    })
  const { maxFeeGivenMsat } = current
  return reserve(
    store,
    {
      ...current,
      description: cleanText(minted.description),
      warnings: minted.warnings,
      ...(minted.successMessage === undefined ? {} : { successMessage: cleanText(minted.successMessage) }),
    },
    decoded,
    maxFeeGivenMsat === undefined ? {} : { maxFeeGivenMsat },
    context,
  )
}

const stale = (intent: Intent): Claim => ({ next: 'replay', intent })

/** The reservation and everything else that makes an intent dispatched. */
function dispatchChange(
  intent: Intent,
  decoded: DecodedInvoice,
  { maxFeeMsat }: Judgement,
  { nowMs, owner, leaseMs }: ClaimContext,
): IntentChange {
  return {
    state: 'dispatched',
    outcome: undefined,
    paymentHash: decoded.paymentHash,
    payee: decoded.payee,
    invoice: decoded.invoice,
    invoiceHasAmount: decoded.amountMsat !== undefined,
    invoiceExpiresAtMs: decoded.expiresAt * 1000,
    description:
      intent.description ?? (decoded.description === undefined ? undefined : cleanText(decoded.description)),
    successMessage: intent.successMessage,
    warnings: intent.warnings,
    memo: intent.memo,
    maxFeeGivenMsat: intent.maxFeeGivenMsat,
    maxFeeMsat,
    bookedMsat: addMsat(intent.amountMsat, maxFeeMsat),
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

async function putAttempt(store: StoreWriter, intent: Intent, nowMs: number): Promise<void> {
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

async function recordJudgement(
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
    verdict: judgement.allowed ? 'allowed' : 'refused',
    ...(judgement.code === undefined ? {} : { code: judgement.code }),
    destination: intent.destination,
    amountMsat: intent.amountMsat,
    maxFeeMsat: judgement.maxFeeMsat,
    rules: judgement.rules,
  })
}

function refusal({
  code = 'budget_exceeded',
  message = 'refused by a limit',
  hint,
}: Judgement): LightningError {
  return new LightningError({ code, message, ...(hint === undefined ? {} : { hint }) })
}
