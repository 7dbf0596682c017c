import { type BackendProfile, LightningError, type Payment } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { ABSENCE_MS, failedOutcome, type Look, lookOutcome, paymentOutcome } from '../intents/outcome.ts'
import type { Ask, Judge, LookContext } from './strategy.ts'

/** What a payment that the backend answered means. */
export const judgePayment =
  (payment: Payment): Judge =>
  (current, nowMs) =>
    paymentOutcome(current, payment, nowMs)

/** The backend knows the hash already: what it has on record counts as far as it is this payment. */
export async function adoptByHash(
  intent: Intent,
  { ask }: Pick<LookContext, 'ask'>,
): Promise<Judge | undefined> {
  const { paymentHash } = intent
  if (paymentHash === undefined) return undefined
  const found = await ask((backend, signal) => backend.lookupPayment({ paymentHash, signal }))
  if (found?.status !== 'settled' && found?.status !== 'pending') return undefined
  if (found.amountMsat !== undefined && found.amountMsat !== intent.amountMsat)
    return () =>
      failedOutcome(
        { reason: 'other', detail: 'the node has paid this hash before, with another amount' },
        'never',
      )
  return judgePayment(found)
}

/** Looks a Lightning payment up and says what the answer proves. */
export async function lookUpByHash(intent: Intent, context: LookContext): Promise<Judge> {
  const { clock, ask, profile } = context
  const askedAtMs = clock.now()
  const payment = await find(intent, profile.lookup, ask)
  const answeredAtMs = clock.now()
  const proof = await proofOf(intent, payment, askedAtMs, context)
  return (current) => lookOutcome(current, { payment, askedAtMs, answeredAtMs, ...proof })
}

const find = (
  { paymentHash, backendPaymentId }: Intent,
  by: BackendProfile['lookup'],
  ask: Ask,
): Promise<Payment | undefined> =>
  ask(async (backend, signal) => {
    if (by === 'hash' && paymentHash !== undefined) return backend.lookupPayment({ paymentHash, signal })
    if (backendPaymentId !== undefined) return backend.lookupPayment({ backendId: backendPaymentId, signal })
    throw new LightningError({
      code: 'outcome_unknown',
      message: 'the backend finds payments by its own id only, and the reply that had it was lost',
      hint: 'The owner has to look into the backend’s own records.',
    })
  })

/** What else is needed to believe that nothing of this attempt can settle. */
async function proofOf(
  intent: Intent,
  payment: Payment | undefined,
  askedAtMs: number,
  context: LookContext,
): Promise<Pick<Look, 'historyIntact' | 'onlyIntent'>> {
  if (payment !== undefined && payment.status !== 'failed') return { historyIntact: false, onlyIntent: false }
  const { paymentHash } = intent
  const historyIntact = await isHistoryIntact(intent, payment, askedAtMs, context)
  const onlyIntent =
    paymentHash !== undefined &&
    (await context.store.read((reader) => reader.countIntentsByHash(paymentHash))) === 1
  return { historyIntact, onlyIntent }
}

/**
 * Whether the node still has our newest earlier payment. Asked only when it could decide: a node
 * that was restored from a backup has forgotten more than the payment in question.
 */
async function isHistoryIntact(
  intent: Intent,
  payment: Payment | undefined,
  askedAtMs: number,
  { ask, profile, store }: LookContext,
): Promise<boolean> {
  if (intent.absentSinceMs === undefined || askedAtMs - intent.absentSinceMs < ABSENCE_MS) return false
  const { identity, lookup } = profile
  // an id is that of one attempt: its record is that attempt's; without the id, which only the lost reply had, absence proves nothing
  if (lookup === 'id') return payment !== undefined
  const earlier = await store.read((reader) =>
    reader.newestSettledBefore(identity, intent.dispatchedAtMs ?? intent.createdAtMs),
  )
  if (earlier === undefined) return true
  try {
    const found = await find(earlier, lookup, ask)
    return found?.status === 'settled'
  } catch {
    return false
  }
}
