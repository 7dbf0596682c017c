import type { UrlOptions } from '@lightning-mcp/codec'
import {
  addMsat,
  cleanText,
  type DestinationResolver,
  type FeeEstimate,
  LightningError,
  type Msat,
  sameNetwork,
  supports,
} from '@lightning-mcp/core'
import { amountText } from './amount-text.ts'
import type { Connection } from './backend/connection.ts'
import type { Clock } from './clock.ts'
import { OPEN_STATES } from './intents/intent.ts'
import { judgeIntent } from './intents/reserve.ts'
import { readTarget, type Target } from './intents/target.ts'
import type { FeeFacts } from './limits.ts'
import type { PolicyBook } from './policy/policy-book.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { PaymentPreview, PaymentRequest } from './wallet.ts'

export interface PreviewContext {
  connection: Connection
  store: WalletStore
  policy: PolicyBook
  account: string
  clock: Clock
  resolver?: DestinationResolver
  urls: UrlOptions
}

type Draft = { -readonly [K in keyof PaymentPreview]?: PaymentPreview[K] }

/** What a payment would be and cost. Asks the node for what it knows; makes no invoice and sends nothing. */
export async function preview(request: PaymentRequest, context: PreviewContext): Promise<PaymentPreview> {
  const target = readTarget(request.destination, context.urls)
  const draft: Draft = { destination: target.destination }
  const refusal = await describe(target, request, context, draft)
  const { amountMsat } = draft
  const earlier = await findEarlier(target, amountMsat, context)
  if (earlier !== undefined) draft.earlier = earlier
  const verdict = refusal === undefined ? await judgeDraft(target, request, context, draft) : refused(refusal)
  return { kind: target.kind, destination: target.destination, warnings: [], ...draft, verdict }
}

const refused = ({ code, message }: LightningError): PaymentPreview['verdict'] => ({
  allowed: false,
  rules: [],
  code,
  message,
})

/** Fills in what can be told without the node. Answers why it can never be paid as asked. */
async function describe(
  target: Target,
  { amountMsat: givenMsat, signal }: PaymentRequest,
  { resolver, clock, connection }: PreviewContext,
  draft: Draft,
): Promise<LightningError | undefined> {
  const amountMsat = target.ownAmountMsat ?? givenMsat
  if (target.kind === 'minted') {
    draft.kind = target.form
    if (resolver === undefined)
      return new LightningError({
        code: 'unsupported',
        message: 'this wallet cannot ask an address or LNURL for an invoice',
      })
    const terms = await resolver.describe({
      destination: target.destination,
      ...(signal === undefined ? {} : { signal }),
    })
    Object.assign(draft, {
      description: cleanText(terms.description),
      minMsat: terms.minMsat,
      maxMsat: terms.maxMsat,
      commentAllowed: terms.commentAllowed,
    })
    if (amountMsat === undefined) return required()
    draft.amountMsat = amountMsat
    if (amountMsat >= terms.minMsat && amountMsat <= terms.maxMsat) return undefined
    return new LightningError({
      code: 'invalid_request',
      message: `the recipient takes ${amountText(terms.minMsat)} to ${amountText(terms.maxMsat)}`,
    })
  }
  const { decoded } = target
  draft.kind = 'bolt11'
  draft.payee = decoded.payee
  draft.paymentHash = decoded.paymentHash
  draft.expiresAt = decoded.expiresAt
  draft.network = decoded.network
  if (decoded.description !== undefined) draft.description = cleanText(decoded.description)
  if (amountMsat !== undefined) draft.amountMsat = amountMsat
  const network = (connection.identity ?? (await connection.ready(signal).catch(() => undefined))?.identity)
    ?.network
  if (network !== undefined && !sameNetwork(decoded.network, network))
    return new LightningError({
      code: 'wrong_network',
      message: `the invoice is for ${decoded.network}, this wallet is on ${network}`,
    })
  if (clock.now() >= decoded.expiresAt * 1000)
    return new LightningError({ code: 'invoice_expired', message: 'the invoice has expired' })
  if (target.ownAmountMsat !== undefined && givenMsat !== undefined)
    return new LightningError({
      code: 'amount_not_allowed',
      message: 'the invoice has its own amount, so none may be given',
    })
  return amountMsat === undefined ? required() : undefined
}

const required = (): LightningError =>
  new LightningError({ code: 'amount_required', message: 'the payer has to choose an amount' })

async function judgeDraft(
  target: Target,
  request: PaymentRequest,
  { connection, policy, store, account, clock }: PreviewContext,
  draft: Draft,
): Promise<PaymentPreview['verdict']> {
  const { amountMsat, signal } = { amountMsat: draft.amountMsat as Msat, signal: request.signal }
  const options = signal === undefined ? {} : { signal }
  let fees: FeeFacts
  try {
    const profile = await connection.ready(signal)
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
  const { verdict, rules, code, message, maxFeeMsat } = await store.read((reader) =>
    judgeIntent(reader, judged, { rulebook, fees, nowMs: clock.now() }),
  )
  draft.maxFeeMsat = maxFeeMsat
  const { spendableMsat } = await connection.call((to) => to.getBalance(options), signal)
  draft.affordable = addMsat(amountMsat, maxFeeMsat) <= spendableMsat
  const estimate = await estimateFee(target, amountMsat, signal, connection)
  if (LightningError.is(estimate)) {
    draft.warnings = [{ code: 'other', message: `no fee estimate: ${estimate.message}` }]
  } else if (estimate !== undefined) {
    draft.estimatedFeeMsat = estimate.feeMsat
    draft.estimateMethod = estimate.method
  }
  return {
    allowed: verdict === 'allowed',
    rules,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  }
}

async function estimateFee(
  target: Target,
  amountMsat: Msat,
  signal: AbortSignal | undefined,
  connection: Connection,
): Promise<FeeEstimate | LightningError | undefined> {
  if (target.kind !== 'invoice' || !supports(connection.capabilities, 'routing.estimateFee')) return undefined
  const { invoice, amountMsat: fixed } = target.decoded
  try {
    return await connection.call(
      async (to) =>
        to.routing?.estimateFee({
          target: { invoice, ...(fixed === undefined ? { amountMsat } : {}) },
          ...(signal === undefined ? {} : { signal }),
        }),
      signal,
    )
  } catch (error) {
    if (LightningError.is(error)) return error
    throw error
  }
}

async function findEarlier(
  target: Target,
  amountMsat: Msat | undefined,
  { store, account }: PreviewContext,
): Promise<PaymentPreview['earlier']> {
  const found = await store.read(async (reader) => {
    if (target.kind === 'invoice') return reader.intentByHash(account, target.decoded.paymentHash)
    if (amountMsat === undefined) return undefined
    return reader.newestMinted({ account, destination: target.destination, amountMsat }, [
      ...OPEN_STATES,
      'settled',
    ])
  })
  return found === undefined ? undefined : { paymentId: found.paymentId, state: found.state }
}
