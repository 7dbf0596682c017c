import { createHash } from 'node:crypto'
import { addMsat, cleanText, type Msat, type Payment, type Warning, ZERO_MSAT } from '@lightning-mcp/core'
import type { Fault } from '../safety/breaker.ts'
import type { RuleVerdict } from '../wallet.ts'
import type { Intent, IntentChange, RetryAdvice } from './intent.ts'

/** What an answer of the backend means for an intent. Pure; the caller writes it down. */
export interface Outcome {
  state: 'settled' | 'failed' | 'dispatched'
  change: IntentChange
  /** A rule that the backend broke: booked all the same. */
  alarm?: RuleVerdict
  /** What a failure speaks of, where its reason does not say it. */
  fault?: Fault
}

const DAY_MS = 86_400_000
/** Two looks that find nothing count only this far apart: a request may still lie in the node's queue. */
export const ABSENCE_MS = 30_000
/** LND's largest time lock, 2016 blocks, at a slow 15 minutes each: no HTLC of ours lives longer. */
const LONGEST_LOCK_MS = 2016 * 15 * 60_000
/** For how long a settled payment's fee is asked for again while it may still change. */
const FEE_FINAL_AFTER_MS = 15 * DAY_MS

const DELAYS_MS = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600].map((seconds) => seconds * 1000)

/** How long to wait before the next look. */
export const lookupDelayMs = (lookups: number): number =>
  DELAYS_MS[Math.min(lookups, DELAYS_MS.length - 1)] ?? DAY_MS

/** True if the preimage is that of the hash. */
export const proves = (preimage: string, paymentHash: string): boolean =>
  createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex') === paymentHash

/** Nobody can say: everything stays reserved and it is looked up. */
export function unknownOutcome(intent: Intent, nowMs: number, warning?: Warning): Outcome {
  return {
    state: 'dispatched',
    change: {
      outcome: 'unknown',
      warnings: withWarning(intent.warnings, warning),
      nextLookupAtMs: nowMs + lookupDelayMs(intent.lookups),
      lookups: intent.lookups + 1,
    },
  }
}

/** Nothing was sent by this attempt, or nothing of it can settle any more. */
export function failedOutcome(
  failure: { reason: string; detail?: string | undefined },
  retry: RetryAdvice,
): Outcome {
  return {
    state: 'failed',
    change: {
      outcome: undefined,
      bookedMsat: ZERO_MSAT,
      feeMsat: undefined,
      feeProvisional: false,
      failureReason: failure.reason,
      failureDetail: failure.detail === undefined ? undefined : cleanText(failure.detail),
      retry,
      nextLookupAtMs: 0,
      absentSinceMs: undefined,
    },
  }
}

/** What a `Payment` that the backend answered, to a sending or to a look-up, says at face value. */
export function paymentOutcome(intent: Intent, payment: Payment, nowMs: number): Outcome {
  if (payment.paymentHash !== intent.paymentHash)
    return unknownOutcome(intent, nowMs, unproven('the backend answered about another payment hash'))
  switch (payment.status) {
    case 'settled':
      return settledOutcome(intent, payment, nowMs)
    case 'failed': {
      const { reason, detail, sameHashRetryable } = payment.failure ?? {
        reason: 'other',
        detail: undefined,
        sameHashRetryable: false,
      }
      return failedOutcome({ reason, detail }, sameHashRetryable ? 'same-call' : 'fresh-invoice')
    }
    case 'pending':
      return {
        state: 'dispatched',
        change: {
          outcome: 'pending',
          ...backendId(payment),
          absentSinceMs: undefined,
          nextLookupAtMs: nowMs + lookupDelayMs(intent.lookups),
          lookups: intent.lookups + 1,
        },
      }
    default: {
      const outcome = unknownOutcome(intent, nowMs)
      // it may know more than it says: an absence seen before no longer counts
      return { ...outcome, change: { ...outcome.change, ...backendId(payment), absentSinceMs: undefined } }
    }
  }
}

function settledOutcome(intent: Intent, payment: Payment, nowMs: number): Outcome {
  const { preimage, feeMsat } = payment
  if (preimage !== undefined && !proves(preimage, payment.paymentHash))
    return unknownOutcome(
      intent,
      nowMs,
      unproven('the backend called the payment settled with a preimage that does not fit its hash'),
    )
  const amountMsat = largest(intent.amountMsat, payment.amountMsat ?? ZERO_MSAT)
  const final = feeMsat !== undefined && payment.feeProvisional !== true
  const feeBookedMsat = final ? feeMsat : largest(intent.maxFeeMsat, feeMsat ?? ZERO_MSAT)
  const settledAtMs =
    intent.settledAtMs ?? (payment.settledAt === undefined ? nowMs : payment.settledAt * 1000)
  const askAgain = !final && nowMs - settledAtMs < FEE_FINAL_AFTER_MS
  let { warnings } = intent
  if (preimage === undefined && intent.preimage === undefined)
    warnings = withWarning(warnings, unproven('the backend gave no proof of payment'))
  if (amountMsat > intent.amountMsat)
    warnings = withWarning(warnings, {
      code: 'other',
      message: `the backend says that ${amountMsat} msat were paid instead of ${intent.amountMsat}`,
    })
  const overrun = feeMsat !== undefined && feeMsat > intent.maxFeeMsat
  return {
    state: 'settled',
    change: {
      outcome: undefined,
      bookedMsat: addMsat(amountMsat, feeBookedMsat),
      feeMsat: final || askAgain ? feeMsat : feeBookedMsat,
      feeProvisional: askAgain,
      preimage: preimage ?? intent.preimage,
      settledAtMs,
      failureReason: undefined,
      failureDetail: undefined,
      retry: undefined,
      warnings,
      absentSinceMs: undefined,
      ...backendId(payment),
      nextLookupAtMs: askAgain ? nowMs + lookupDelayMs(intent.lookups) : 0,
      lookups: intent.lookups + 1,
    },
    ...(overrun
      ? { alarm: { rule: 'max_fee', limitMsat: intent.maxFeeMsat, usedMsat: feeMsat, allowed: false } }
      : {}),
  }
}

/** A look at the backend's records, after the sending connection was closed. */
export interface Look {
  /** When the question was put. */
  askedAtMs: number
  answeredAtMs: number
  /** `undefined`: the backend has no record. */
  payment: Payment | undefined
  /** Whether the node's history still holds our newest earlier payment. */
  historyIntact: boolean
  /** Whether no other intent, of whatever account, ever had this hash. */
  onlyIntent: boolean
}

/**
 * What a look-up means. A record that settled or is pending counts as it stands. One that failed
 * counts at once only if it was surely made by this attempt; an earlier one of the same hash, or
 * none at all, must be seen twice, `ABSENCE_MS` apart, because the request may still be on its way.
 */
export function lookOutcome(intent: Intent, look: Look): Outcome {
  const { askedAtMs, answeredAtMs } = look
  const tooLate = answeredAtMs >= lastPossibleMs(intent)
  // a backend that cannot say is, once nothing can be left, no better than one that has no record
  const payment = tooLate && look.payment?.status === 'unknown' ? undefined : look.payment
  if (payment !== undefined && (payment.status !== 'failed' || intent.state === 'settled'))
    return intent.state === 'settled' && payment.status !== 'settled'
      ? keepAsking(intent, answeredAtMs)
      : paymentOutcome(intent, payment, answeredAtMs)
  if (intent.state === 'settled') return keepAsking(intent, answeredAtMs)
  const younger = payment?.createdAt !== undefined && payment.createdAt >= dispatchedSecond(intent)
  // The first attempt of a hash has no earlier one of ours; the record's time rules out a stranger's.
  if (payment !== undefined && younger && intent.attempt === 1 && look.onlyIntent)
    return paymentOutcome(intent, payment, answeredAtMs)

  const { absentSinceMs } = intent
  const agreed = absentSinceMs !== undefined && askedAtMs - absentSinceMs >= ABSENCE_MS
  // an old record proves no more than none: a node restored from a backup has lost the newer one
  if (agreed && payment !== undefined && (younger || look.historyIntact))
    return paymentOutcome(intent, payment, answeredAtMs)
  if (agreed && payment === undefined && look.historyIntact)
    return {
      ...failedOutcome({ reason: 'other', detail: 'the node never got it: nothing was sent' }, 'same-call'),
      fault: 'none',
    }
  // not by one look: a clock that was put right makes a payment of a moment ago old
  if (tooLate && agreed)
    return failedOutcome(
      { reason: 'timeout', detail: 'the invoice expired and no part of the payment can be left' },
      'fresh-invoice',
    )
  const since = absentSinceMs ?? answeredAtMs
  return {
    state: 'dispatched',
    change: {
      outcome: 'unknown',
      absentSinceMs: since,
      nextLookupAtMs: Math.max(
        answeredAtMs + 1,
        agreed ? answeredAtMs + lookupDelayMs(intent.lookups) : since + ABSENCE_MS,
      ),
      lookups: intent.lookups + 1,
    },
  }
}

/** After this nothing of the payment can be in flight, whatever the node remembers. */
export const lastPossibleMs = (intent: Intent): number =>
  Math.max(intent.invoiceExpiresAtMs ?? 0, intent.dispatchedAtMs ?? intent.createdAtMs) + LONGEST_LOCK_MS

const dispatchedSecond = (intent: Intent): number => Math.floor((intent.dispatchedAtMs ?? 0) / 1000)

/** A settled one whose fee nobody tells: asked for again, and in the end the largest is booked for good. */
function keepAsking(intent: Intent, nowMs: number): Outcome {
  const lookups = intent.lookups + 1
  if (nowMs - (intent.settledAtMs ?? nowMs) < FEE_FINAL_AFTER_MS)
    return { state: 'settled', change: { nextLookupAtMs: nowMs + lookupDelayMs(intent.lookups), lookups } }
  return {
    state: 'settled',
    change: {
      feeMsat: largest(intent.maxFeeMsat, intent.feeMsat ?? ZERO_MSAT),
      feeProvisional: false,
      nextLookupAtMs: 0,
      lookups,
    },
  }
}

const largest = (a: Msat, b: Msat): Msat => (a > b ? a : b)

const unproven = (message: string): Warning => ({ code: 'unproven', message })

const backendId = ({ backendId }: Payment): IntentChange =>
  backendId === undefined ? {} : { backendPaymentId: backendId }

/** Each warning once. */
const withWarning = (warnings: readonly Warning[], warning: Warning | undefined): readonly Warning[] =>
  warning === undefined || warnings.some(({ message }) => message === warning.message)
    ? warnings
    : [...warnings, warning]
