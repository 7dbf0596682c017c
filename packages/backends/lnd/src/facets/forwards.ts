import {
  badCursor,
  checkPageLimit,
  type Forward,
  type ForwardsFacet,
  type Msat,
  satToMsat,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import type { RawForward } from '../node-schemas.ts'
import type { Int64 } from '../schemas.ts'
import { toShortChannelId } from '../short-channel-id.ts'
import { toMsat } from '../to-core.ts'

type ListRequest = Parameters<ForwardsFacet['list']>[0]

/** How much one request to LND takes. */
const BATCH = 1000
const FIRST_WINDOW_SECONDS = 3_600
/** The node's clock may be ahead of ours. */
const CLOCK_SLACK_SECONDS = 600

/** ForwardingHistory and FeeReport. */
export function createForwardsFacet(client: LndClient, now: () => UnixSeconds): ForwardsFacet {
  return {
    async list(request) {
      const limit = checkPageLimit(request.limit)
      const events = await newestFirst(client, request, limit + 1, now)
      const page = { items: events.slice(0, limit).map(toForward) }
      const last = events[limit - 1]
      return events.length > limit && last !== undefined ? { ...page, nextCursor: last.timestamp_ns } : page
    },
    async feeReport({ signal }) {
      const raw = await client.call('feeReport', {}, { signal })
      return {
        dayMsat: wholeSats(raw.day_fee_sum),
        weekMsat: wholeSats(raw.week_fee_sum),
        monthMsat: wholeSats(raw.month_fee_sum),
      }
    },
  }
}

/** LND has the sums exactly and tells whole sats, rounded down. */
const wholeSats = (value: Int64): Msat => satToMsat(BigInt(value))

/**
 * LND's log goes from old to new, and can be asked for a span of time only: spans are walked backwards,
 * each longer than the one before, until there is enough. Times are unique to the nanosecond, so the
 * time of the last one is the cursor.
 */
async function newestFirst(
  client: LndClient,
  { from = 0, to, cursor, signal }: ListRequest,
  wanted: number,
  now: () => UnixSeconds,
): Promise<RawForward[]> {
  if (cursor !== undefined && !/^\d{1,19}$/.test(cursor)) throw badCursor()
  const before = cursor === undefined ? undefined : BigInt(cursor)
  let end = before === undefined ? (to ?? now() + CLOCK_SLACK_SECONDS) - 1 : Number(before / 1_000_000_000n)
  const found: RawForward[] = []
  for (let window = FIRST_WINDOW_SECONDS; end >= from && found.length < wanted; window *= 4) {
    const start = Math.max(from, end - window + 1)
    found.push(...(await newestOf(client, { start, end, before, signal }, wanted - found.length)))
    end = start - 1
  }
  return found
}

interface Span {
  start: UnixSeconds
  end: UnixSeconds
  before: bigint | undefined
  signal: AbortSignal | undefined
}

/** The newest of a span, newest first; no more of them are kept than wanted. */
async function newestOf(
  client: LndClient,
  { start, end, before, signal }: Span,
  wanted: number,
): Promise<RawForward[]> {
  let kept: RawForward[] = []
  for (let offset = 0; ; ) {
    const { forwarding_events: events, last_offset_index } = await client.call(
      'forwardingHistory',
      {
        start_time: String(start),
        // LND takes whole seconds, and events up to the beginning of the last one
        end_time: String(end + 1),
        index_offset: offset,
        num_max_events: BATCH,
      },
      { signal },
    )
    const fitting = events.filter(
      ({ timestamp_ns: ns }) =>
        BigInt(ns) < BigInt(end + 1) * 1_000_000_000n && (before === undefined || BigInt(ns) < before),
    )
    kept = [...kept, ...fitting].slice(-wanted)
    if (events.length < BATCH) return kept.reverse()
    offset = last_offset_index
  }
}

const toForward = (raw: RawForward): Forward => ({
  createdAt: Number(BigInt(raw.timestamp_ns) / 1_000_000_000n),
  incomingChannel: toShortChannelId(raw.chan_id_in) ?? '',
  outgoingChannel: toShortChannelId(raw.chan_id_out) ?? '',
  incomingMsat: toMsat(raw.amt_in_msat),
  outgoingMsat: toMsat(raw.amt_out_msat),
  feeMsat: toMsat(raw.fee_msat),
})
