import {
  addMsat,
  type Balance,
  type ChannelRef,
  LightningError,
  type Msat,
  satToMsat,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { assertMayAskNode } from '../accounts/tracked-kinds.ts'
import { type Intent, OPEN_STATES } from '../intents/intent.ts'
import { judgeIntent } from '../intents/reserve.ts'
import { orFault, type PreviewContext, reading, refused, StoreFault } from '../preview.ts'
import { giveQuote } from '../quotes/give-quote.ts'
import { quoteTerms } from '../quotes/quote.ts'
import { assertMaySpend, type Spend } from '../safety/gates.ts'
import { storeError } from '../store/store-error.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { PaymentPreview, SpendPreview } from '../wallet.ts'
import { destinationOf } from './asked-for.ts'
import type { PreparedSpend } from './draft-spend.ts'
import { assertChannelFree } from './match-spend.ts'
import { prepareSpend } from './prepare-spend.ts'
import { type AskedSpend, readSpend } from './read-spend.ts'
import { recordedNames } from './recorded-names.ts'
import { detailsOf, termsOf } from './spend-plan.ts'
import type { SpendKind, SpendRequest } from './spend-request.ts'

type Context = Pick<
  PreviewContext,
  'connection' | 'store' | 'policy' | 'gates' | 'account' | 'balanceOf' | 'clock'
>

type Draft = { -readonly [K in keyof SpendPreview]: SpendPreview[K] } & {
  warnings: SpendPreview['warnings'][number][]
}

/** What a spending would be and cost. Asks the node for what it knows; fetches no invoice, changes and sends nothing. */
export async function previewSpend(request: SpendRequest, context: Context): Promise<SpendPreview> {
  const { account, connection, clock, store } = context
  const { signal } = request
  const asked = readSpend(request)
  const { order, amountMsat, capitalMsat } = asked
  const draft: Draft = {
    kind: order.kind,
    destination: destinationOf(order),
    amountMsat,
    ...(capitalMsat === undefined ? {} : { capitalMsat }),
    verdict: { allowed: false, rules: [] },
    warnings: [],
  }
  try {
    assertMayAskNode(await reading(store, (reader) => reader.account(account)), order.kind)
    const profile = await connection.ready(signal)
    const namesOnRecord = (channel: ChannelRef) =>
      reading(store, (reader) => recordedNames(reader, profile.identity, channel))
    const prepared = await connection.call(
      (backend) => prepareSpend(asked, { backend, profile, signal, nowMs: clock.now(), namesOnRecord }),
      signal,
    )
    describe(draft, prepared)
    await judgeDraft(draft, { asked, prepared, identity: profile.identity, signal }, context)
  } catch (error) {
    if (error instanceof StoreFault) draft.verdict = refused(error.refusal)
    else if (signal?.aborted || !LightningError.is(error)) throw error
    else draft.verdict = refused(error)
  }
  return draft
}

function describe(draft: Draft, { destination, plan, channel, warnings = [] }: PreparedSpend): void {
  draft.warnings.push(...warnings)
  const { payee, description, details } = plan
  const { feeRateSatPerVbyte } = detailsOf<{ feeRateSatPerVbyte?: number }>({ details })
  Object.assign(draft, {
    destination,
    ...(payee === undefined ? {} : { payee }),
    ...(description === undefined ? {} : { description }),
    ...(channel === undefined ? {} : { channel }),
    ...(feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }),
  })
}

interface Judged {
  asked: AskedSpend
  prepared: PreparedSpend
  identity: Spend['identity']
  signal: AbortSignal | undefined
}

async function judgeDraft(
  draft: Draft,
  { asked, prepared, identity, signal }: Judged,
  context: Context,
): Promise<void> {
  const { store, policy, gates, account, balanceOf, clock } = context
  await policy.refresh()
  // first, because by it the wallet learns what others' accounts leave of the node
  const balance = await orFault(balanceOf(signal === undefined ? {} : { signal }), signal)
  const { rulebook } = policy.current
  const { destination, plan, channel } = prepared
  const { kind, amountMsat, capitalMsat } = draft
  const { payee, details } = plan
  const nowMs = clock.now()
  const judged = {
    account,
    kind,
    destination,
    amountMsat,
    capitalMsat,
    maxFeeGivenMsat: asked.maxFeeGivenMsat,
    budget: asked.budget,
    payee,
    details,
  }
  const { earlier, judgement, stopped } = await reading(store, async (reader) => ({
    earlier: await findEarlier(reader, { account, kind, destination, amountMsat, capitalMsat }),
    judgement: await judgeIntent(reader, judged, { rulebook, fees: { feeLimit: 'none' }, nowMs }),
    stopped: await whatStops(
      reader,
      gates,
      { ...judged, identity, nowMs },
      channel === undefined ? {} : { channel },
    ),
  }))
  const { verdict, rules, code, message, hint, maxFeeMsat } = judgement
  const worstMsat = termsOf({ details }).fees?.worstFeeMsat
  Object.assign(draft, {
    maxFeeMsat,
    ...(earlier === undefined ? {} : { earlier }),
    ...(worstMsat === undefined ? {} : { estimatedFeeMsat: worstMsat }),
  })
  noteAffordable(draft, maxFeeMsat, balance)
  draft.verdict =
    stopped !== undefined
      ? refused(stopped, rules)
      : {
          allowed: verdict === 'allowed',
          rules,
          ...(verdict === 'approval' ? { needsApproval: true } : {}),
          ...(code === undefined ? {} : { code }),
          ...(message === undefined ? {} : { message }),
          ...(hint === undefined ? {} : { hint }),
        }
  if (draft.verdict.allowed || draft.verdict.needsApproval === true) await quote(draft, prepared, context)
}

/** Out of which purse it comes: what is paid over Lightning, and what out of the node's coins. */
const OF_COINS: readonly SpendKind[] = ['onchain', 'channel-open', 'splice-in']
const OF_LIGHTNING: readonly SpendKind[] = ['keysend', 'offer', 'splice-out']

function noteAffordable(draft: Draft, maxFeeMsat: Msat, balance: Balance | LightningError): void {
  if (LightningError.is(balance)) {
    draft.warnings.push({ code: 'other', message: `the balance is not known: ${balance.message}` })
    return
  }
  const needMsat = addMsat(draft.amountMsat, draft.capitalMsat ?? ZERO_MSAT, maxFeeMsat)
  const { onchain, spendableMsat } = balance
  if (OF_LIGHTNING.includes(draft.kind)) draft.affordable = needMsat <= spendableMsat
  else if (OF_COINS.includes(draft.kind) && onchain !== undefined)
    draft.affordable = needMsat <= satToMsat(onchain.confirmedSat)
}

/** What keeps `spend` from sending whatever the limits say: a pause, an open breaker, another order for the channel. */
async function whatStops(
  reader: StoreReader,
  gates: Context['gates'],
  spend: Spend,
  details: Readonly<Record<string, unknown>>,
): Promise<LightningError | undefined> {
  try {
    await assertMaySpend(reader, gates, spend)
    await assertChannelFree(reader, { account: spend.account, details }, spend.identity)
    return undefined
  } catch (error) {
    if (LightningError.is(error)) return error
    throw error
  }
}

async function findEarlier(
  reader: StoreReader,
  {
    account,
    kind,
    destination,
    amountMsat,
    capitalMsat,
  }: Pick<Intent, 'account' | 'destination' | 'amountMsat'> & {
    kind: SpendKind
    capitalMsat: Msat | undefined
  },
): Promise<PaymentPreview['earlier']> {
  const found =
    kind === 'offer'
      ? await reader.newestMinted({ account, kind, destination, amountMsat }, [...OPEN_STATES, 'settled'])
      : (await reader.spendsTo(account, { kind, destination, amountMsat }, 50)).find(
          (intent) =>
            intent.capitalMsat === capitalMsat &&
            ([...OPEN_STATES, 'settled'] as readonly string[]).includes(intent.state),
        )
  if (found === undefined) return undefined
  const { paymentId, state, settledAtMs, createdAtMs } = found
  return { paymentId, state, at: Math.floor((settledAtMs ?? createdAtMs) / 1000) }
}

/** Records what was shown, so that `spend` can be held to it. A preview without a quote is one all the same. */
async function quote(
  draft: Draft,
  { plan }: PreparedSpend,
  { store, account, clock }: Context,
): Promise<void> {
  const { kind, destination, amountMsat, capitalMsat, maxFeeMsat, payee } = draft
  if (maxFeeMsat === undefined) return
  const terms = quoteTerms(plan)
  try {
    const given = await giveQuote(
      store,
      {
        ...{ account, kind, destination, amountMsat, maxFeeMsat, payee },
        ...(capitalMsat === undefined ? {} : { capitalMsat }),
        ...(terms === undefined ? {} : { terms }),
      },
      clock.now(),
    )
    draft.quoteId = given.quoteId
    draft.quoteExpiresAt = Math.floor(given.expiresAtMs / 1000)
  } catch (error) {
    draft.warnings.push({ code: 'other', message: `no quote could be given: ${storeError(error).message}` })
  }
}
