import { type BackendIdentity, type ChannelRef, LightningError, type Msat } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { sameChannel } from '../dispatch/listing.ts'
import { type Intent, isOpen, sameBackend } from '../intents/intent.ts'
import type { MatchContext } from '../intents/match.ts'
import { isFeeOfQuote } from '../quotes/quote.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { PaymentId } from '../wallet.ts'
import { detailsOf, type SpendPlan } from './spend-plan.ts'
import type { SpendKind } from './spend-request.ts'

/** What two calls have to agree in to mean the same spending. */
export interface SpendIdentity {
  kind: SpendKind
  destination: string
  amountMsat: Msat
  capitalMsat?: Msat | undefined
  maxFeeGivenMsat?: Msat | undefined
  idempotencyKey?: string | undefined
  repeatOf?: PaymentId | undefined
  quoteId?: string | undefined
  /** The channel that it changes. */
  channel?: ChannelRef | undefined
  plan?: SpendPlan | undefined
}

/** So many alike that ended are looked through: older ones have not settled lately. */
const LOOK_BACK = 200

/**
 * Which earlier spending a call means: by key, else the same kind, destination and amounts while that
 * one is open, and for the replay window after it settled. `undefined`: none, it is a new one. Throws
 * where the call would go round one that is under way.
 */
export async function matchSpend(
  store: StoreReader,
  asked: SpendIdentity,
  context: MatchContext,
): Promise<Intent | undefined> {
  const { account, nowMs, replayWindowMs, identity } = context
  if (asked.idempotencyKey !== undefined) {
    const same = await store.intentByKey(account, asked.idempotencyKey)
    if (same !== undefined) {
      assertSameSpend(same, asked)
      assertSameTerms(same, asked)
      return same
    }
  }
  if (asked.repeatOf !== undefined) await assertRepeatable(store, asked, account)
  const isAlike = (intent: Intent): boolean =>
    agree(intent, asked) && (asked.repeatOf === undefined || intent.repeatOf === asked.repeatOf)
  const alike = (await store.spendsTo(account, asked, LOOK_BACK)).filter(isAlike)
  const open = alike.find(isOpen)
  if (open !== undefined) {
    if (asked.idempotencyKey !== undefined) throw underWay(open)
    assertSameTerms(open, asked)
    return open
  }
  const { channel } = asked
  if (identity !== undefined && channel !== undefined)
    await assertChannelFree(store, { account, details: { channel } }, identity)
  if (asked.idempotencyKey !== undefined) return undefined
  const [last] = alike.filter(({ state }) => state === 'settled' || state === 'failed')
  if (last === undefined) return undefined
  // by our clock and from when we learned of it: whoever asks again could not know before
  if (last.state === 'settled') {
    if (nowMs - last.updatedAtMs > replayWindowMs) return undefined
    assertSameTerms(last, asked)
    return last
  }
  const ours = identity === undefined || sameBackend(last, identity)
  return ours && last.retry === 'same-call' ? last : undefined
}

/** A channel is closed or resized by one order at a time, whoever gave it. */
export async function assertChannelFree(
  store: StoreReader,
  spend: Pick<Intent, 'account' | 'details'>,
  identity: BackendIdentity,
): Promise<void> {
  const { channel } = detailsOf<{ channel?: ChannelRef }>(spend)
  if (channel === undefined) return
  const other = (await store.heldSpends(identity)).find((held) => concerns(held, channel))
  if (other !== undefined) throw busy(other, spend.account)
}

const agree = (intent: Intent, asked: SpendIdentity): boolean =>
  intent.kind === asked.kind &&
  intent.destination === asked.destination &&
  intent.amountMsat === asked.amountMsat &&
  intent.capitalMsat === asked.capitalMsat &&
  (asked.channel === undefined || concerns(intent, asked.channel))

const concerns = (intent: Intent, channel: ChannelRef): boolean => {
  const own = detailsOf<{ channel?: ChannelRef }>(intent).channel
  return own !== undefined && sameChannel(own, channel)
}

function assertSameSpend(intent: Intent, asked: SpendIdentity): void {
  const differences = [
    intent.kind === asked.kind ? undefined : `kind was ${intent.kind}`,
    intent.destination === asked.destination
      ? undefined
      : `destination was ${intent.destination.slice(0, 80)}`,
    intent.amountMsat === asked.amountMsat ? undefined : `amount was ${amountText(intent.amountMsat)}`,
    intent.capitalMsat === asked.capitalMsat
      ? undefined
      : `capital was ${intent.capitalMsat === undefined ? 'none' : amountText(intent.capitalMsat)}`,
    intent.maxFeeGivenMsat === asked.maxFeeGivenMsat || isFeeOfQuote(intent, asked)
      ? undefined
      : `largest fee was ${intent.maxFeeGivenMsat === undefined ? 'not given' : amountText(intent.maxFeeGivenMsat)}`,
  ].filter((difference) => difference !== undefined)
  if (differences.length === 0) return
  throw new LightningError({
    code: 'idempotency_conflict',
    message: `this idempotency key belongs to payment ${intent.paymentId}, whose ${differences.join(', ')}`,
    hint: 'To repeat that call, give the same values. For a different spending use another key, or none.',
  })
}

/** A private channel is another than a public one, whatever else is the same. */
function assertSameTerms(intent: Intent, { plan }: SpendIdentity): void {
  const was = intent.details?.['private']
  if (plan === undefined || was === undefined || was === plan.details['private']) return
  throw new LightningError({
    code: 'idempotency_conflict',
    message: `payment ${intent.paymentId} opens such a channel as a ${was === true ? 'private' : 'public'} one`,
    hint: `If a further one is meant, give repeat_of: "${intent.paymentId}". Else repeat the call as it was.`,
  })
}

async function assertRepeatable(store: StoreReader, asked: SpendIdentity, account: string): Promise<void> {
  const earlier = asked.repeatOf === undefined ? undefined : await store.intentById(asked.repeatOf)
  if (earlier?.account === account && agree(earlier, asked)) return
  throw new LightningError({
    code: 'invalid_request',
    message: 'repeat_of names no earlier spending of this wallet of the same kind, destination and amount',
    hint: 'Give the payment_id of the one that is to be repeated, or leave it out.',
  })
}

export const underWay = ({ paymentId }: Intent): LightningError =>
  new LightningError({
    code: 'in_progress',
    message: `payment ${paymentId} of the same kind and amount to the same destination is under way`,
    hint: `Wait for ${paymentId}. If a further one is meant, give repeat_of: "${paymentId}".`,
  })

const busy = (other: Intent, account: string): LightningError => {
  const named = other.account === account ? ` (payment ${other.paymentId}, ${other.kind})` : ''
  return new LightningError({
    code: 'in_progress',
    message: `another order for this channel is under way${named}`,
    hint: 'Wait until it is over; then look at the channel again.',
  })
}
