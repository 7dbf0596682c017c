import type { UrlOptions } from '@lightning-mcp/codec'
import {
  addMsat,
  type BackendIdentity,
  type Balance,
  type CallOptions,
  type Capabilities,
  type DestinationResolver,
  type FeeEstimate,
  LightningError,
  type Msat,
  supports,
  type Warning,
} from '@lightning-mcp/core'
import { foreseeInside, type InsideMeans } from './accounts/inside.ts'
import type { Connection } from './backend/connection.ts'
import type { Clock } from './clock.ts'
import { type Draft, describeTarget } from './describe-target.ts'
import { OPEN_STATES } from './intents/intent.ts'
import { guard } from './intents/match.ts'
import { judgeIntent } from './intents/reserve.ts'
import { readTarget, type Target } from './intents/target.ts'
import type { FeeFacts } from './limits.ts'
import type { PolicyBook } from './policy/policy-book.ts'
import { giveQuote } from './quotes/give-quote.ts'
import { assertMaySpend, type Spend, type SpendingGate } from './safety/gates.ts'
import { storeError } from './store/store-error.ts'
import type { StoreReader, WalletStore } from './store/wallet-store.ts'
import type { PaymentPreview, PaymentRequest, RuleVerdict } from './wallet.ts'

export interface PreviewContext {
  connection: Connection
  store: WalletStore
  policy: PolicyBook
  gates: readonly SpendingGate[]
  account: string
  /** What the account can spend. */
  balanceOf: (options: CallOptions) => Promise<Pick<Balance, 'spendableMsat'>>
  /** By what a payment between two accounts of this ledger can be settled inside it. */
  insideMeans: (capabilities: Capabilities) => InsideMeans
  clock: Clock
  resolver?: DestinationResolver
  urls: UrlOptions
}

/** What a payment would be and cost. Asks the node for what it knows; makes no invoice and sends nothing. */
export async function preview(request: PaymentRequest, context: PreviewContext): Promise<PaymentPreview> {
  const target = readTarget(request.destination, context.urls)
  const draft: Draft = { destination: target.destination }
  const refusal = await describeTarget(target, request, context, draft)
  let verdict: PaymentPreview['verdict']
  try {
    const earlier = await findEarlier(target, draft.amountMsat, context)
    if (earlier !== undefined) draft.earlier = earlier
    verdict = refusal === undefined ? await judgeDraft(target, request, context, draft) : refused(refusal)
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    verdict = refused(error.refusal)
  }
  const warnings = [...(draft.warnings ?? [])]
  if (verdict.allowed || verdict.needsApproval === true) {
    const warning = await quote(target, context, draft)
    if (warning !== undefined) warnings.push(warning)
  }
  return { kind: target.kind, destination: target.destination, ...draft, warnings, verdict }
}

/** A store in trouble: what can be told without it is told all the same. */
export class StoreFault extends Error {
  readonly refusal: LightningError

  constructor(cause: unknown) {
    super('the store is in trouble', { cause })
    const { message, hint } = storeError(cause)
    this.refusal = new LightningError({
      code: 'spending_paused',
      message: `nothing can be sent, because no record could be made: ${message}`,
      ...(hint === undefined ? {} : { hint }),
      cause,
    })
  }
}

export const refused = (
  { code, message, hint }: LightningError,
  rules: readonly RuleVerdict[] = [],
): PaymentPreview['verdict'] => ({
  allowed: false,
  rules,
  code,
  message,
  ...(hint === undefined ? {} : { hint }),
})

/** Records what was shown, so that `pay` can be held to it. A preview without a quote is one all the same. */
async function quote(
  target: Target,
  { store, account, clock }: PreviewContext,
  draft: Draft,
): Promise<Warning | undefined> {
  const { amountMsat, maxFeeMsat, paymentHash, payee } = draft
  if (amountMsat === undefined || maxFeeMsat === undefined) return undefined
  const { kind, destination } = target
  const quoted = { account, kind, destination, paymentHash, payee, amountMsat, maxFeeMsat }
  const invoiceExpiresAtMs = target.kind === 'invoice' ? target.decoded.expiresAt * 1000 : undefined
  try {
    const { quoteId, expiresAtMs } = await giveQuote(store, { ...quoted, invoiceExpiresAtMs }, clock.now())
    draft.quoteId = quoteId
    draft.quoteExpiresAt = Math.floor(expiresAtMs / 1000)
    return undefined
  } catch (error) {
    return { code: 'other', message: `no quote could be given: ${storeError(error).message}` }
  }
}

async function judgeDraft(
  target: Target,
  request: PaymentRequest,
  { connection, policy, store, account, clock, gates, balanceOf, insideMeans }: PreviewContext,
  draft: Draft,
): Promise<PaymentPreview['verdict']> {
  const { amountMsat, signal } = { amountMsat: draft.amountMsat as Msat, signal: request.signal }
  const options = signal === undefined ? {} : { signal }
  let fees: FeeFacts
  let identity: BackendIdentity
  try {
    const profile = await connection.ready(signal)
    identity = profile.identity
    const worstFeeMsat =
      profile.feeLimit === 'reserve-only'
        ? await connection.call(async (to) => to.estimateWorstFee?.({ amountMsat, ...options }), signal)
        : undefined
    fees = { feeLimit: profile.feeLimit, ...(worstFeeMsat === undefined ? {} : { worstFeeMsat }) }
  } catch (error) {
    if (signal?.aborted || !LightningError.is(error)) throw error
    return refused(error)
  }
  await policy.refresh()
  // first, because by it the wallet learns what others' accounts leave of the node
  const balance = await orFault(balanceOf(options), signal)
  const { rulebook } = policy.current
  const judged = {
    account,
    kind: target.kind,
    destination: target.destination,
    amountMsat,
    maxFeeGivenMsat: request.maxFeeMsat,
    budget: request.budget,
    payee: draft.payee,
  }
  const nowMs = clock.now()
  const spend = { ...judged, identity, nowMs }
  const decoded = target.kind === 'invoice' ? target.decoded : undefined
  const { judgement, stopped, inside } = await reading(store, async (reader) => {
    const inside = await foreseeInside(reader, decoded, {
      account,
      identity,
      inside: insideMeans(connection.capabilities),
    })
    const { details } = inside
    return {
      inside,
      judgement: await judgeIntent(reader, { ...judged, details }, { rulebook, fees, nowMs }),
      stopped: (await whatStops(reader, target, gates, spend)) ?? inside.refused,
    }
  })
  const { verdict, rules, code, message, hint, maxFeeMsat } = judgement
  draft.maxFeeMsat = maxFeeMsat
  const unknown = (what: string, { message }: LightningError): void => {
    draft.warnings = [...(draft.warnings ?? []), { code: 'other', message: `${what}: ${message}` }]
  }
  if (LightningError.is(balance)) unknown('the balance is not known', balance)
  else draft.affordable = addMsat(amountMsat, maxFeeMsat) <= balance.spendableMsat
  const staysInside = inside.details !== undefined || inside.refused !== undefined
  const estimate = staysInside
    ? undefined
    : await orFault(estimateFee(target, amountMsat, signal, connection), signal)
  if (LightningError.is(estimate)) {
    unknown('no fee estimate', estimate)
  } else if (estimate !== undefined) {
    draft.estimatedFeeMsat = estimate.feeMsat
    draft.estimateMethod = estimate.method
  }
  if (stopped !== undefined) return refused(stopped, rules)
  return {
    allowed: verdict === 'allowed',
    rules,
    ...(verdict === 'approval' ? { needsApproval: true } : {}),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** What keeps `pay` from sending whatever the limits say: a pause, an open breaker, another account's payment of the hash. */
async function whatStops(
  reader: StoreReader,
  target: Target,
  gates: readonly SpendingGate[],
  spend: Spend,
): Promise<LightningError | undefined> {
  try {
    await assertMaySpend(reader, gates, spend)
    if (target.kind !== 'invoice') return undefined
    const live = await reader.liveIntentByHash(target.decoded.paymentHash)
    return live === undefined || live.account === spend.account ? undefined : guard(live, false)
  } catch (error) {
    if (LightningError.is(error)) return error
    throw error
  }
}

/** Reads; a store that cannot is told apart from every other fault. */
export async function reading<T>(store: WalletStore, work: (reader: StoreReader) => Promise<T>): Promise<T> {
  try {
    return await store.read(work)
  } catch (error) {
    throw new StoreFault(error)
  }
}

/** What is not known for once keeps no preview from being given. */
export async function orFault<T>(
  asked: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | LightningError> {
  try {
    return await asked
  } catch (error) {
    if (signal?.aborted || !LightningError.is(error)) throw error
    return error
  }
}

async function estimateFee(
  target: Target,
  amountMsat: Msat,
  signal: AbortSignal | undefined,
  connection: Connection,
): Promise<FeeEstimate | undefined> {
  if (target.kind !== 'invoice' || !supports(connection.capabilities, 'routing.estimateFee')) return undefined
  const { invoice, amountMsat: fixed } = target.decoded
  return connection.call(
    async (to) =>
      to.routing?.estimateFee({
        target: { invoice, ...(fixed === undefined ? { amountMsat } : {}) },
        ...(signal === undefined ? {} : { signal }),
      }),
    signal,
  )
}

async function findEarlier(
  target: Target,
  amountMsat: Msat | undefined,
  { store, account }: PreviewContext,
): Promise<PaymentPreview['earlier']> {
  const found = await reading(store, async (reader) => {
    if (target.kind === 'invoice') return reader.intentByHash(account, target.decoded.paymentHash)
    if (amountMsat === undefined) return undefined
    return reader.newestMinted({ account, destination: target.destination, amountMsat }, [
      ...OPEN_STATES,
      'settled',
    ])
  })
  if (found === undefined) return undefined
  const { paymentId, state, settledAtMs, createdAtMs } = found
  return { paymentId, state, at: Math.floor((settledAtMs ?? createdAtMs) / 1000) }
}
