import { addMsat, type ChannelRef, type Msat, type Warning, ZERO_MSAT } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { lookupDelayMs, type Outcome } from '../intents/outcome.ts'
import { detailsOf } from '../spending/spend-plan.ts'

/** What a backend's records say of a spending that has happened. */
export interface Spent {
  txId?: string | undefined
  channel?: ChannelRef | undefined
  feeMsat?: Msat | undefined
}

/** After this no fee is asked for any more: the largest allowed is booked for good. */
const FEE_GIVEN_UP_AFTER_MS = 15 * 86_400_000

/**
 * It has happened: the transaction is out. Booked with its fee as soon as that is known, with the
 * largest allowed until then.
 */
export function spentOutcome(intent: Intent, { txId, channel, feeMsat }: Spent, nowMs: number): Outcome {
  const settledAtMs = intent.settledAtMs ?? nowMs
  const givenUp = feeMsat === undefined && nowMs - settledAtMs >= FEE_GIVEN_UP_AFTER_MS
  const fee = givenUp ? intent.maxFeeMsat : feeMsat
  const result = {
    ...(txId === undefined ? {} : { txId }),
    ...(channel === undefined ? {} : { channel: { ...keptNames(intent), ...namesOf(channel) } }),
  }
  return {
    state: 'settled',
    change: {
      outcome: undefined,
      bookedMsat: addMsat(intent.amountMsat, intent.capitalMsat ?? ZERO_MSAT, fee ?? intent.maxFeeMsat),
      feeMsat: fee,
      feeProvisional: fee === undefined,
      backendPaymentId: txId ?? intent.backendPaymentId,
      details: { ...intent.details, ...result },
      settledAtMs,
      failureReason: undefined,
      failureDetail: undefined,
      retry: undefined,
      absentSinceMs: undefined,
      warnings: intent.warnings.filter(({ message }) => message !== WAITS_FOR_OWNER.message),
      nextLookupAtMs: fee === undefined ? nowMs + lookupDelayMs(intent.lookups) : 0,
      lookups: intent.lookups + 1,
    },
    ...(feeMsat !== undefined && feeMsat > intent.maxFeeMsat
      ? { alarm: { rule: 'max_fee', limitMsat: intent.maxFeeMsat, usedMsat: feeMsat, allowed: false } }
      : {}),
  }
}

/** Told once looking has found nothing: for these kinds absence proves nothing, ever. */
export const WAITS_FOR_OWNER: Warning = {
  code: 'unproven',
  message:
    'nobody can prove whether this was sent: it stays reserved until the node shows it, or the owner has looked and decides',
}

/**
 * Nothing was found, or several that could be it. It stays reserved. `isFindable` false: nothing that
 * the backend can be asked could ever find it, so only the owner can end it.
 */
export function waitingOutcome(intent: Intent, nowMs: number, isFindable = true): Outcome {
  if (intent.state === 'settled')
    // what has happened is final, only its fee is still asked for
    return spentOutcome(intent, { txId: intent.backendPaymentId }, nowMs)
  const told = intent.warnings.some(({ message }) => message === WAITS_FOR_OWNER.message)
  return {
    state: 'dispatched',
    change: {
      outcome: 'unknown',
      warnings: told ? intent.warnings : [...intent.warnings, WAITS_FOR_OWNER],
      nextLookupAtMs: isFindable ? nowMs + lookupDelayMs(intent.lookups) : 0,
      lookups: intent.lookups + 1,
    },
  }
}

/** A splice gives a channel new names; one that is closed keeps those that its node may no longer tell. */
const keptNames = (intent: Intent): ChannelRef =>
  intent.kind === 'channel-close' ? (detailsOf<{ channel?: ChannelRef }>(intent).channel ?? {}) : {}

const namesOf = ({ shortChannelId, fundingOutpoint, channelId }: ChannelRef): ChannelRef => ({
  ...(shortChannelId === undefined ? {} : { shortChannelId }),
  ...(fundingOutpoint === undefined ? {} : { fundingOutpoint }),
  ...(channelId === undefined ? {} : { channelId }),
})
