import {
  addMsat,
  badCursor,
  checkPageLimit,
  type Forward,
  type ForwardsFacet,
  type Msat,
  type UnixSeconds,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import { walkDown } from '../descending.ts'
import { endOf, type HistoryContext } from '../history.ts'
import type { RawForward } from '../schemas.ts'
import { optionalMsat, toList, toMsat, toSeconds } from '../to-core.ts'

const SECONDS_PER_DAY = 86_400
/** Rows are numbered as HTLCs arrive; the node's clock may have been set back in between. */
const CLOCK_SLACK_SECONDS = 3_600

/** What this node earned by routing, newest first, one batch at a time. */
export function createForwardsFacet(
  contextOf: (signal: AbortSignal | undefined) => HistoryContext,
): ForwardsFacet {
  return {
    async list(request) {
      const limit = checkPageLimit(request.limit)
      const { cursor, from = 0, to = Number.POSITIVE_INFINITY } = request
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw badCursor()
      const context = contextOf(request.signal)
      const items: Forward[] = []
      let last = ''
      for await (const raw of newestFirst(context, cursor)) {
        const createdAt = toSeconds(raw.received_time)
        if (createdAt < from - CLOCK_SLACK_SECONDS) break
        if (raw.status !== 'settled' || createdAt < from || createdAt >= to) continue
        if (items.length === limit) return { items, nextCursor: last }
        items.push(toForward(raw))
        last = String(raw.created_index)
      }
      return { items }
    },
    async feeReport({ signal }) {
      const context = contextOf(signal)
      const since = (days: number): UnixSeconds => context.now - days * SECONDS_PER_DAY
      let [dayMsat, weekMsat, monthMsat]: [Msat, Msat, Msat] = [ZERO_MSAT, ZERO_MSAT, ZERO_MSAT]
      for await (const raw of newestFirst(context, undefined)) {
        const at = toSeconds(raw.received_time)
        if (at < since(30) - CLOCK_SLACK_SECONDS) break
        if (raw.status !== 'settled') continue
        const feeMsat = toForward(raw).feeMsat
        if (at >= since(1)) dayMsat = addMsat(dayMsat, feeMsat)
        if (at >= since(7)) weekMsat = addMsat(weekMsat, feeMsat)
        if (at >= since(30)) monthMsat = addMsat(monthMsat, feeMsat)
      }
      return { dayMsat, weekMsat, monthMsat }
    },
  }
}

async function* newestFirst(context: HistoryContext, cursor: string | undefined): AsyncGenerator<RawForward> {
  const list = forwardsOf(context.client, context.signal)
  const below = cursor === undefined ? (await endOf(context, 'forwards', list)) + 1 : Number(cursor)
  yield* walkDown(list, below)
}

const forwardsOf = (client: ClnClient, signal: AbortSignal | undefined) => ({
  read: async (start: number, limit: number) =>
    toList((await client.call('listforwards', { index: 'created', start, limit }, { signal })).forwards),
})

const toForward = (raw: RawForward): Forward => ({
  createdAt: toSeconds(raw.received_time),
  incomingChannel: String(raw.in_channel),
  outgoingChannel: String(raw.out_channel ?? ''),
  incomingMsat: toMsat(raw.in_msat),
  outgoingMsat: optionalMsat(raw.out_msat) ?? ZERO_MSAT,
  feeMsat: optionalMsat(raw.fee_msat) ?? ZERO_MSAT,
})
