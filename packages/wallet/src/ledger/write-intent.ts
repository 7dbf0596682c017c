import { ZERO_MSAT } from '@lightning-mcp/core'
import { cover } from '../accounts/cover.ts'
import { type Intent, type IntentChange, withChange } from '../intents/intent.ts'
import type { StoreWriter } from '../store/wallet-store.ts'
import { appendEntry } from './append-entry.ts'
import type { JournalEvent } from './journal.ts'
import { postings, spendingMsat } from './postings.ts'

/** Writes a new intent and books what it holds. */
export async function insertBooked(store: StoreWriter, intent: Intent, nowMs: number): Promise<void> {
  await store.insertIntent(intent)
  await book(store, undefined, intent, nowMs)
}

/**
 * Changes an intent, which must still be as `before` says (read in this transaction), and books the
 * difference in the same transaction. False, and nothing changed, where it is not.
 */
export async function updateBooked(
  store: StoreWriter,
  before: Intent,
  change: IntentChange,
  nowMs: number,
  { note, ...expected }: { owner?: string; note?: string } = {},
): Promise<boolean> {
  const { paymentId, state, attempt } = before
  if (!(await store.updateIntent(paymentId, { from: [state], attempt, ...expected }, change))) return false
  await book(store, before, withChange(before, change), nowMs, note)
  return true
}

/** Balances, usage and journal follow from what an intent held before and holds now. */
async function book(
  store: StoreWriter,
  before: Intent | undefined,
  after: Intent,
  nowMs: number,
  note?: string,
): Promise<void> {
  const was = postings(before)
  const is = postings(after)
  const reservedMsat = is.reservedMsat - was.reservedMsat
  const paidMsat = is.paidMsat - was.paidMsat
  const feesMsat = is.feesMsat - was.feesMsat
  const capitalMsat = is.capitalMsat - was.capitalMsat
  const chargedMsat = spendingMsat(after) - spendingMsat(before)
  const begins = holds(is) && !holds(was)
  if (reservedMsat === 0n && paidMsat === 0n && feesMsat === 0n && capitalMsat === 0n && !begins) return

  await cover(store, { before, after, needMsat: reservedMsat + paidMsat + feesMsat + capitalMsat, nowMs })
  const chargedAtMs = after.chargedAtMs ?? before?.chargedAtMs ?? nowMs
  await appendEntry(store, {
    atMs: nowMs,
    account: after.account,
    event: eventOf(before, after),
    paymentId: after.paymentId,
    attempt: after.attempt,
    fundsMsat: -(reservedMsat + paidMsat + feesMsat + capitalMsat),
    reservedMsat,
    paidMsat,
    feesMsat,
    capitalMsat,
    outsideMsat: ZERO_MSAT,
    limitScopes: after.limitScopes ?? [],
    chargedAtMs,
    chargedMsat,
    chargedCount: begins ? 1 : 0,
    ...(note === undefined ? {} : { note }),
  })
}

const holds = (of: ReturnType<typeof postings>): boolean =>
  of.reservedMsat !== 0n || of.paidMsat !== 0n || of.feesMsat !== 0n || of.capitalMsat !== 0n

function eventOf(before: Intent | undefined, after: Intent): JournalEvent {
  if (after.state === 'settled') return before?.state === 'settled' ? 'fee-final' : 'settled'
  return after.state === 'reserved' || after.state === 'dispatched' ? 'reserved' : 'released'
}
