import { type BackendIdentity, LightningError, type Msat } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { isFeeOfQuote } from '../quotes/quote.ts'
import { matchSpend } from '../spending/match-spend.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import { type Intent, isOpen, OPEN_STATES, sameBackend } from './intent.ts'
import type { Asked } from './target.ts'

export interface MatchContext {
  account: string
  /** Absent: the backend has not answered yet, so only what is recorded can be told. */
  identity?: BackendIdentity
  nowMs: number
  /** For how long after it settled the same call to a minting destination means the same payment. */
  replayWindowMs: number
}

/**
 * Which earlier intent a call means, by DESIGN section 4; `undefined`: none, it is a new payment.
 * Throws where the call would go round a payment that is under way or done.
 */
export async function findMatch(
  store: StoreReader,
  asked: Asked,
  context: MatchContext,
): Promise<Intent | undefined> {
  const { target } = asked
  if (target.kind !== 'invoice' && target.kind !== 'minted' && target.kind !== 'offer')
    return matchSpend(store, { ...asked, ...target }, context)
  if (asked.idempotencyKey !== undefined) {
    const same = await store.intentByKey(context.account, asked.idempotencyKey)
    if (same !== undefined) {
      assertSameCall(same, asked)
      return same
    }
  }
  return target.kind === 'invoice' ? matchInvoice(store, asked, context) : matchMinted(store, asked, context)
}

function assertSameCall(intent: Intent, asked: Asked): void {
  const differences = [
    intent.destination === asked.target.destination
      ? undefined
      : `destination was ${shorten(intent.destination)}`,
    intent.amountGivenMsat === asked.amountGivenMsat
      ? undefined
      : `amount was ${intent.amountGivenMsat === undefined ? 'not given' : amountText(intent.amountGivenMsat)}`,
    intent.maxFeeGivenMsat === asked.maxFeeGivenMsat || isFeeOfQuote(intent, asked)
      ? undefined
      : `largest fee was ${intent.maxFeeGivenMsat === undefined ? 'not given' : amountText(intent.maxFeeGivenMsat)}`,
    asked.quoteId === undefined || intent.quoteId === asked.quoteId ? undefined : 'quote was another',
  ].filter((difference) => difference !== undefined)
  if (differences.length === 0) return
  throw new LightningError({
    code: 'idempotency_conflict',
    message: `this idempotency key belongs to payment ${intent.paymentId}, whose ${differences.join(', ')}`,
    hint: 'To repeat that payment’s call, give the same values. For a different payment use another key, or none.',
  })
}

const shorten = (text: string): string =>
  text.length > 60 ? `${text.slice(0, 40)}…${text.slice(-12)}` : text

/** At most one payment per hash, whoever asks. `own`: the earlier one may be named. */
export function guard(intent: Intent, own: boolean): LightningError {
  const named = own ? ` (payment ${intent.paymentId})` : ''
  return intent.state === 'settled'
    ? new LightningError({
        code: 'already_paid',
        message: `this invoice has been paid already${named}`,
        hint: 'Do not pay it again. If the recipient wants more money, ask for a new invoice.',
      })
    : new LightningError({
        code: 'in_progress',
        message: `a payment of this invoice is under way${named}`,
        hint: own
          ? `Do not pay it again: wait for ${intent.paymentId}.`
          : 'Do not pay it again: whoever started it will learn the outcome.',
      })
}

async function matchInvoice(
  store: StoreReader,
  { target, amountMsat, idempotencyKey }: Asked,
  context: MatchContext,
): Promise<Intent | undefined> {
  if (target.kind !== 'invoice') return undefined
  const { paymentHash, payee } = target.decoded
  const live = await store.liveIntentByHash(paymentHash)
  if (live !== undefined && live.account !== context.account) throw guard(live, false)
  const known = live ?? (await store.intentByHash(context.account, paymentHash))
  if (known === undefined) return undefined

  const pinned = live !== undefined || known.retry === 'fresh-invoice'
  const conflict = known.payee !== payee || (pinned && known.amountMsat !== amountMsat)
  if (conflict)
    throw new LightningError({
      code: 'hash_conflict',
      message: 'this invoice has the payment hash of another one, with another payee or amount',
      hint: 'Do not pay it: whoever knows the secret of the other could keep the money. Ask for a fresh invoice.',
    })
  if (live !== undefined) {
    if (idempotencyKey !== undefined) throw guard(live, true)
    return live
  }
  // what the owner denied or nobody decided ended with that: the next call is judged afresh
  if (isTurnedDown(known)) return undefined
  if (known.state === 'awaiting_approval') return waitingInvoice(known, { amountMsat, idempotencyKey })
  // Only proven failures are left.
  const repeatable = known.retry === 'same-call'
  if (!repeatable && known.amountMsat === amountMsat) return known
  if (context.identity !== undefined && !sameBackend(known, context.identity)) return undefined
  return idempotencyKey === undefined && known.amountMsat === amountMsat ? known : undefined
}

const isTurnedDown = ({ state }: Intent): boolean =>
  state === 'denied' || state === 'expired' || state === 'canceled'

function waitingInvoice(
  known: Intent,
  { amountMsat, idempotencyKey }: { amountMsat: Msat; idempotencyKey: string | undefined },
): Intent {
  if (known.amountMsat !== amountMsat)
    throw new LightningError({
      code: 'idempotency_conflict',
      message: `payment ${known.paymentId} of this invoice waits for the owner with another amount: ${amountText(known.amountMsat)}`,
      hint: 'Wait for that decision, or ask the recipient for a fresh invoice.',
    })
  if (idempotencyKey !== undefined) throw guard(known, true)
  return known
}

async function matchMinted(
  store: StoreReader,
  { target, amountMsat, repeatOf, idempotencyKey, comment }: Asked,
  { account, nowMs, replayWindowMs, identity }: MatchContext,
): Promise<Intent | undefined> {
  const { destination } = target
  if (repeatOf !== undefined) {
    const earlier = await store.intentById(repeatOf)
    const fits =
      earlier?.account === account && earlier.destination === destination && earlier.amountMsat === amountMsat
    if (!fits)
      throw new LightningError({
        code: 'invalid_request',
        message: 'repeat_of names no earlier payment of this wallet to the same destination and amount',
        hint: 'Give the payment_id of the payment that is to be repeated, or leave it out.',
      })
  }
  const kind = target.kind === 'offer' ? ('offer' as const) : ('minted' as const)
  const key = { account, kind, destination, amountMsat, ...(repeatOf === undefined ? {} : { repeatOf }) }
  const open = await store.newestMinted(key, OPEN_STATES)
  if (open !== undefined) {
    if (idempotencyKey !== undefined) throw underWay(open)
    assertSameComment(open, comment)
    return open
  }
  const settled = await store.newestMinted(key, ['settled'])
  const failed = await store.newestMinted(key, ['failed'])
  const burnt = failed !== undefined && isBurnt(failed, nowMs)

  if (idempotencyKey === undefined) {
    // by our clock and from when we learned of it: whoever asks again could not know before
    const lately = settled !== undefined && nowMs - settled.updatedAtMs <= replayWindowMs
    if (lately) {
      assertSameComment(settled, comment)
      return settled
    }
    const last =
      failed !== undefined && failed.createdAtMs >= (settled?.createdAtMs ?? 0) ? failed : undefined
    const ours = last !== undefined && (identity === undefined || sameBackend(last, identity))
    if (ours && last.comment === comment) return last
  }
  if (burnt) throw underWay(failed)
  return undefined
}

/** Its pinned invoice may not be sent again, and until that has expired no other may take its place. */
export const isBurnt = (intent: Intent, nowMs: number): boolean =>
  intent.retry !== 'same-call' && (intent.invoiceExpiresAtMs ?? 0) > nowMs

export function underWay(intent: Intent): LightningError {
  const { paymentId } = intent
  return new LightningError({
    code: 'in_progress',
    message: isOpen(intent)
      ? `payment ${paymentId} of the same amount to the same destination is under way`
      : `payment ${paymentId} of the same amount failed, but its invoice can still be paid`,
    hint: isOpen(intent)
      ? `Wait for ${paymentId}. If a further payment is meant, give repeat_of: "${paymentId}".`
      : `Try again after ${new Date(intent.invoiceExpiresAtMs ?? 0).toISOString()}.`,
  })
}

function assertSameComment(intent: Intent, comment: string | undefined): void {
  if (intent.comment === comment) return
  throw new LightningError({
    code: 'idempotency_conflict',
    message: `payment ${intent.paymentId} of the same amount to the same destination was made with another comment`,
    hint: `If a further payment is meant, give repeat_of: "${intent.paymentId}". Else repeat the call with the first comment.`,
  })
}
