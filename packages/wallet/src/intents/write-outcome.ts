import { bookPayee } from '../accounts/inside.ts'
import { updateBooked } from '../ledger/write-intent.ts'
import { noteOutcome } from '../safety/breaker.ts'
import type { StoreWriter } from '../store/wallet-store.ts'
import type { PaymentId } from '../wallet.ts'
import { type Intent, type IntentChange, withChange } from './intent.ts'
import type { Outcome } from './outcome.ts'

const RELEASED: IntentChange = { owner: undefined, leaseUntilMs: 0 }

/**
 * Writes what became of one attempt, judged on the intent as it stands now, and lets go of it.
 * Answers the intent afterwards; `undefined`: there is none. What is final stays, with two
 * exceptions: the fee of a settled one may still become known, and money that moved after all
 * is booked whatever was believed before.
 */
export async function writeOutcome(
  store: StoreWriter,
  paymentId: PaymentId,
  attempt: number,
  nowMs: number,
  judgeNow: (current: Intent) => Outcome,
  onAlarm: (alarm: string) => void = () => {},
): Promise<Intent | undefined> {
  const current = await store.intentById(paymentId)
  if (current === undefined || current.attempt !== attempt) return current
  const outcome = await bookPayee(store, current, judgeNow(current), nowMs)
  const { state } = current
  const late = state === 'failed' && outcome.state === 'settled'
  const more = state === 'settled' && outcome.state === 'settled' && current.feeProvisional
  if (state !== 'dispatched' && !late && !more) return current

  if (late) {
    await alarm(store, current, nowMs, { rule: 'settled_after_failure', allowed: false })
    onAlarm(`payment ${paymentId} settled after the backend had called it failed`)
    const hash = current.paymentHash
    // Another intent of the hash holds its place by now; the alarm is what is left to do.
    if (hash !== undefined && (await store.liveIntentByHash(hash)) !== undefined) return current
  }
  // told once, not at every look at a fee that is not final yet
  if (outcome.alarm !== undefined && current.feeMsat !== outcome.change.feeMsat) {
    await alarm(store, current, nowMs, outcome.alarm)
    onAlarm(`payment ${paymentId} cost more than it was allowed to: ${outcome.alarm.usedMsat} msat in fees`)
  }

  const closedAtMs = current.closedAtMs ?? nowMs
  const change: IntentChange = {
    ...outcome.change,
    ...RELEASED,
    state: outcome.state,
    closedAtMs,
    // of a settled one: when this wallet learned of it, from which on a repeated call is a replay
    updatedAtMs: more ? current.updatedAtMs : nowMs,
  }
  await updateBooked(store, current, change, nowMs)
  // a fee that is looked for later says nothing about whether payments go through now
  if (!more) await noteOutcome(store, current, outcome, nowMs)
  if (outcome.state !== 'dispatched' && current.paymentHash !== undefined)
    await store.putAttempt({
      paymentId,
      attempt,
      paymentHash: current.paymentHash,
      amountMsat: current.amountMsat,
      maxFeeMsat: current.maxFeeMsat,
      state: outcome.state,
      startedAtMs: current.dispatchedAtMs ?? current.createdAtMs,
      endedAtMs: nowMs,
      ...(outcome.change.failureReason === undefined ? {} : { failureReason: outcome.change.failureReason }),
    })
  return withChange(current, change)
}

async function alarm(
  store: StoreWriter,
  intent: Intent,
  atMs: number,
  rule: NonNullable<Outcome['alarm']>,
): Promise<void> {
  const { account, paymentId, destination, amountMsat, maxFeeMsat } = intent
  await store.insertDecision({
    account,
    paymentId,
    atMs,
    verdict: 'alarm',
    destination,
    amountMsat,
    maxFeeMsat,
    rules: [rule],
  })
}
