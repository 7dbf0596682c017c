import type { Invoice } from '@lightning-mcp/core'
import type { HoldDecision, HoldRecord } from './hold-record.ts'

/**
 * A held payment is ended so many blocks before its HTLC times out. A node whose HTLC ran out closes
 * the channel by force; LND gives up at 12 blocks by itself (`DefaultHoldInvoiceExpiryDelta`: canceled)
 * and goes on chain with a preimage at 10 (`DefaultIncomingBroadcastDelta`). Six blocks more, about an
 * hour, are for a node or a wallet that is away for a while.
 */
export const SAFETY_BLOCKS = 18
/** One that is to be settled is canceled by a process without the key only so late: another may have it. */
const CANCEL_UNREADABLE_BLOCKS = 15

/** BOLT 11: what an invoice asks that says nothing. */
const DEFAULT_MIN_FINAL_CLTV = 18
const BLOCK_MS = 600_000

const SECOND_MS = 1000
const DAY_MS = 86_400_000
const OPEN_DELAYS_MS = [1, 2, 4, 8, 15, 30, 60, 120].map((seconds) => seconds * SECOND_MS)
const LATE_DELAY_MS = 3_600 * SECOND_MS
/** Looks at an expired one before it is given up: a clock that is ahead for some hours ends none. */
const LATE_LOOKS = 24

/**
 * The height at which it times out, as the backend says; else as its invoice asked of the payer, who
 * paid after it was looked at last.
 */
export function deadlineOf(
  { state, deadlineHeight, nextLookAtMs, minFinalCltvDelta = DEFAULT_MIN_FINAL_CLTV }: HoldRecord,
  { htlcExpiryHeight }: Invoice,
  { blockHeight, nowMs }: { blockHeight: number; nowMs: number },
): number {
  if (htlcExpiryHeight !== undefined) return htlcExpiryHeight
  if (state === 'accepted' && deadlineHeight !== undefined) return deadlineHeight
  return blockHeight + minFinalCltvDelta - Math.ceil(Math.max(0, nowMs - nextLookAtMs) / BLOCK_MS)
}

/** Nobody has seen a new block for so long: the node, or what it hears of the chain, stands still. */
const STANDSTILL_MS = 6 * BLOCK_MS

/** How many blocks are left, as far as is known; where the chain has not been seen to go on for a while, by its usual pace. */
function blocksLeft({ deadlineHeight, seenHeight, seenAtMs }: HoldRecord, nowMs: number): number {
  if (deadlineHeight === undefined || seenHeight === undefined) return Number.POSITIVE_INFINITY
  const sinceMs = nowMs - (seenAtMs ?? nowMs)
  return deadlineHeight - seenHeight - (sinceMs < STANDSTILL_MS ? 0 : Math.floor(sinceMs / BLOCK_MS))
}

/** The chain as the record has it, with the height that the node told now, if it did. `seenAtMs`: since when it has been that. */
export function chainSeen(
  { seenHeight, seenAtMs }: HoldRecord,
  blockHeight: number | undefined,
  nowMs: number,
): Pick<HoldRecord, 'seenHeight' | 'seenAtMs'> {
  const isNew = blockHeight !== undefined && blockHeight !== seenHeight
  // a clock that was put back tells nothing of how long ago that was
  const since = isNew || seenAtMs === undefined || seenAtMs > nowMs ? nowMs : seenAtMs
  const height = blockHeight ?? seenHeight
  return height === undefined ? {} : { seenHeight: height, seenAtMs: since }
}

/** What is to be done with a held payment now; `undefined`: nothing yet. */
export function decisionAt(
  record: HoldRecord,
  { canSettle, nowMs }: { canSettle: boolean; nowMs: number },
): HoldDecision | undefined {
  const left = blocksLeft(record, nowMs)
  if (left > SAFETY_BLOCKS) return undefined
  if (record.onDeadline === 'cancel') return 'cancel'
  if (canSettle) return 'settle'
  return left <= CANCEL_UNREADABLE_BLOCKS ? 'cancel' : undefined
}

/** The longest that is waited for the next look. */
const LONGEST_WAIT_MS = { accepted: 60 * SECOND_MS, other: LATE_DELAY_MS } as const
/** Clocks of two machines differ by less. */
const CLOCK_TOLERANCE_MS = 300 * SECOND_MS

/** No look at one in that state is planned for later than so far ahead. */
export const farthestLookMs = (state: HoldRecord['state']): number =>
  longestWaitMs(state) + CLOCK_TOLERANCE_MS

const longestWaitMs = (state: HoldRecord['state']): number =>
  state === 'accepted' ? LONGEST_WAIT_MS.accepted : LONGEST_WAIT_MS.other

/** Whether it is to be looked at now. One that is planned for much later was planned by a clock that has been put back since. */
export const isDue = ({ state, nextLookAtMs }: HoldRecord, nowMs: number): boolean =>
  nextLookAtMs > 0 && (nextLookAtMs <= nowMs || nextLookAtMs > nowMs + farthestLookMs(state))

/** When to look again at one for which no payment is held; 0: never. */
export function nextOpenLook(
  { state, expiresAtMs, nextLookAtMs, looks }: HoldRecord,
  nowMs: number,
): Pick<HoldRecord, 'looks' | 'nextLookAtMs'> {
  const longestMs = longestWaitMs(state)
  if (nowMs < expiresAtMs) {
    const delayMs = OPEN_DELAYS_MS[Math.min(looks, OPEN_DELAYS_MS.length - 1)] ?? DAY_MS
    return {
      looks: looks + 1,
      nextLookAtMs: nowMs + Math.min(delayMs, longestMs, expiresAtMs + SECOND_MS - nowMs),
    }
  }
  // a payment that arrived in the last moment is told later than that the invoice has expired
  const wasLate = nextLookAtMs > expiresAtMs + SECOND_MS
  const lateLooks = wasLate ? looks + 1 : 1
  const isOver = lateLooks >= LATE_LOOKS && nowMs >= expiresAtMs + DAY_MS
  return {
    looks: lateLooks,
    nextLookAtMs: isOver ? 0 : nowMs + longestMs,
  }
}

/** The less time is left, the sooner the next look. */
export function urgencyOf(record: HoldRecord, nowMs: number): { blocksLeft: number; delayMs: number } {
  const left = blocksLeft(record, nowMs)
  const seconds =
    record.decision !== undefined && left > SAFETY_BLOCKS
      ? Math.min(60, 2 ** Math.min(record.looks, 6))
      : left > 2 * SAFETY_BLOCKS
        ? 60
        : left > SAFETY_BLOCKS
          ? 30
          : left > SAFETY_BLOCKS / 3
            ? 10
            : 3
  return { blocksLeft: left, delayMs: seconds * SECOND_MS }
}
