import { hash } from 'node:crypto'
import type { PaymentId } from '../wallet.ts'

/** What a journal row tells of. */
export type JournalEvent =
  | 'reserved'
  | 'released'
  | 'settled'
  /** The fee of a settled payment became final. */
  | 'fee-final'
  /** Booked before there was a journal. */
  | 'opening'
  /** Arrived from outside, for a tracked account. */
  | 'received'
  /** Given to or taken from a tracked account by the owner. */
  | 'credited'
  | 'debited'
  /** The operator bore what a tracked account was charged and did not have. */
  | 'covered'
  /** The payee's side of a payment between two accounts of this ledger. */
  | 'received-inside'

/** Changes of an account's sums, in exact msat. The six add up to zero. */
export interface JournalDeltas {
  /** The account's own money: a true balance for a tracked account, a running negative figure for one with its own connection. */
  fundsMsat: bigint
  reservedMsat: bigint
  paidMsat: bigint
  feesMsat: bigint
  capitalMsat: bigint
  /** Where money that came in is from. Negative. */
  outsideMsat: bigint
}

/** One row of the append-only journal. */
export interface JournalEntry extends JournalDeltas {
  /** From 1, without gaps. */
  seq: number
  atMs: number
  account: string
  event: JournalEvent
  paymentId?: PaymentId
  attempt?: number
  /** Limit scopes that the change counts against, and as of when. */
  limitScopes: readonly string[]
  chargedAtMs?: number
  /** How much was charged to (or given back to) each of the scopes. */
  chargedMsat: bigint
  /** 1 where a reservation began, which counts as one payment. */
  chargedCount: number
  /** Who and why, of what the owner did. */
  note?: string
  /** Hash over this row and the digest of the one before. */
  digest: string
}

/** Sums of an account. */
export interface AccountBalance extends JournalDeltas {
  account: string
}

/** Before the first row. */
export const FIRST_DIGEST = '0'.repeat(64)

/** The digest of a row, which makes a later change of it or of any earlier one show. */
export function digestOf(entry: Omit<JournalEntry, 'digest'>, previousDigest: string): string {
  const fields = [
    previousDigest,
    entry.seq,
    entry.atMs,
    entry.account,
    entry.event,
    entry.paymentId ?? '',
    entry.attempt ?? '',
    entry.fundsMsat,
    entry.reservedMsat,
    entry.paidMsat,
    entry.feesMsat,
    entry.capitalMsat,
    entry.outsideMsat,
    entry.limitScopes,
    entry.chargedAtMs ?? '',
    entry.chargedMsat,
    entry.chargedCount,
    entry.note ?? '',
  ].map((field) => (Array.isArray(field) ? field : String(field)))
  return hash('sha256', JSON.stringify(fields))
}
