import {
  type BackendIdentity,
  type CallOptions,
  cleanText,
  type Invoice,
  LightningError,
  type PaymentHash,
} from '@lightning-mcp/core'
import { identityOf } from '../accounts/own-invoices.ts'
import type { PreimageSafe } from '../accounts/sealed-preimage.ts'
import type { Connection } from '../backend/connection.ts'
import { type Clock, withinTime } from '../clock.ts'
import type { StoreWriter, WalletStore } from '../store/wallet-store.ts'
import { type HoldChange, type HoldDecision, type HoldRecord, isLive } from './hold-record.ts'

export interface HoldMeans {
  connection: Connection
  store: WalletStore
  clock: Clock
  safe: PreimageSafe
}

const CALL_TIMEOUT_MS = 30_000

/** What the backend says of an invoice now. Rejects where it does not answer. */
export const askHold = (
  { connection, clock }: Pick<HoldMeans, 'connection' | 'clock'>,
  paymentHash: PaymentHash,
): Promise<Invoice | undefined> =>
  withinTime(clock, CALL_TIMEOUT_MS, (signal) =>
    connection.call((backend) => backend.lookupInvoice({ paymentHash, signal }), signal),
  )

/**
 * Writes down what is to become of a held payment, unless that is decided already: from here on it is
 * that and nothing else, whoever carries it out. Throws where the opposite was decided.
 */
export async function decideHold(
  { store, clock }: Pick<HoldMeans, 'store' | 'clock'>,
  record: HoldRecord,
  decision: HoldDecision,
  { by, sealedPreimage }: { by: 'caller' | 'guardian'; sealedPreimage?: string | undefined },
): Promise<HoldRecord> {
  const identity = identityOf(record)
  const { paymentHash } = record
  return store.transaction(async (writer) => {
    const nowMs = clock.now()
    const change: HoldChange = {
      decision,
      decidedBy: by,
      decidedAtMs: nowMs,
      // should this process die, whoever looks next goes on with it
      nextLookAtMs: nowMs + 1_000,
      ...(sealedPreimage === undefined ? {} : { sealedPreimage }),
    }
    const isDecided = await writer.updateHold(identity, paymentHash, change, { undecided: true })
    if (isDecided) await noteDecision(writer, record, decision, by, nowMs)
    const current = await writer.hold(identity, paymentHash)
    if (current === undefined)
      throw new LightningError({ code: 'internal', message: 'the hold invoice is gone' })
    if (isLive(current) && current.decision !== decision) throw otherwiseDecided(current)
    return current
  })
}

/** For the owner: what was decided, when and by whom. */
const noteDecision = (
  store: StoreWriter,
  { account, paymentHash, amountMsat }: HoldRecord,
  decision: HoldDecision,
  by: 'caller' | 'guardian',
  atMs: number,
): Promise<void> =>
  store.insertDecision({
    account,
    atMs,
    verdict: 'allowed',
    code: decision === 'settle' ? 'hold_settle' : 'hold_cancel',
    destination: `hold:${paymentHash}`,
    amountMsat,
    maxFeeMsat: 0n as HoldRecord['amountMsat'],
    rules: [{ rule: by === 'guardian' ? 'hold_deadline' : 'hold_decision', allowed: true }],
  })

const otherwiseDecided = ({ decision, decidedBy }: HoldRecord): LightningError =>
  new LightningError({
    code: 'in_progress',
    message: `this invoice is being ${decision === 'settle' ? 'settled' : 'canceled'} already${
      decidedBy === 'guardian' ? ', because its payment was about to time out' : ''
    }`,
    hint: 'Look the invoice up to see what became of it.',
    sent: 'no',
  })

/**
 * Tells the backend what was decided. Doing so again does no harm. Answers the invoice as the backend
 * has it then, once that is on record; rejects where it could not be done now.
 */
export async function carryOut(
  record: HoldRecord,
  means: HoldMeans,
  { signal: given }: CallOptions = {},
): Promise<Invoice> {
  const { connection, store, clock, safe } = means
  const { paymentHash, decision, sealedPreimage } = record
  try {
    const invoice = await withinTime(clock, CALL_TIMEOUT_MS, (late) => {
      const signal = given === undefined ? late : AbortSignal.any([late, given])
      return connection.call(async ({ hold }) => {
        if (hold === undefined)
          throw new LightningError({
            code: 'unsupported',
            message: 'this backend holds no payments any more',
          })
        if (decision === 'cancel') return hold.cancel({ paymentHash, signal })
        const preimage = safe.unseal(sealedPreimage, paymentHash)
        if (preimage === undefined)
          throw new LightningError({ code: 'internal', message: 'the sealed preimage cannot be read here' })
        return hold.settle({ preimage, signal })
      }, signal)
    })
    await recordFound(store, identityOf(record), paymentHash, invoice, clock.now())
    return invoice
  } catch (error) {
    // what cannot be done may be done already: by an answer that was lost, or by somebody else
    const found = await askHold(means, paymentHash).catch(() => undefined)
    const isOver = found !== undefined && found.status !== 'accepted' && found.status !== 'open'
    await store
      .transaction(async (writer) => {
        if (isOver) return
        const fault = LightningError.is(error) ? cleanText(error.message) : 'it was not done in time'
        await writer.updateHold(identityOf(record), paymentHash, { fault })
      })
      .catch(() => {})
    if (isOver) {
      await recordFound(store, identityOf(record), paymentHash, found, clock.now())
      if (found.status === (decision === 'settle' ? 'settled' : 'canceled')) return found
    }
    throw error
  }
}

/** Writes down that it is over, where the backend says so. */
export const recordFound = (
  store: WalletStore,
  identity: BackendIdentity,
  paymentHash: PaymentHash,
  { status }: Invoice,
  nowMs: number,
): Promise<boolean> =>
  store.transaction(async (writer) =>
    status === 'settled' || status === 'canceled'
      ? writer.updateHold(identity, paymentHash, {
          state: status,
          endedAtMs: nowMs,
          nextLookAtMs: 0,
          fault: undefined,
        })
      : false,
  )
