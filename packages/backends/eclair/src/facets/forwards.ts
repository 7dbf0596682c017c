import {
  addMsat,
  badCursor,
  type Capabilities,
  checkPageLimit,
  clampSubMsat,
  type Forward,
  type ForwardsFacet,
  type Msat,
  supports,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { END_OF_TIME, HistoryWindows } from '../history-windows.ts'
import { isText, toList, toMsat, toObject, toSeconds } from '../to-core.ts'

const LEAST_COUNT = 100
const DAY = 86_400

interface ForwardRow {
  key: string
  forward: Forward
}

/** `audit.relayed` and, since 0.14, `relaystats`. */
export function createForwardsFacet(
  client: EclairClient,
  capabilities: Capabilities,
  now: () => UnixSeconds,
): ForwardsFacet {
  return {
    async list({ limit, cursor, from = 0, to = END_OF_TIME, signal }) {
      checkPageLimit(limit)
      const above = readCursor(cursor)
      const windows = new HistoryWindows<ForwardRow>(
        {
          read: async (range) => {
            const audit = await client.call('audit', { ...range }, { signal })
            const { relayed } = toObject<{ relayed?: unknown }>(audit, 'audit')
            return toList(relayed, 'the relayed payments of audit').map(readForward)
          },
        },
        {
          oldest: from,
          to: Math.min(to, above === undefined ? END_OF_TIME : above.createdAt + 1),
          now: now(),
          count: Math.max(limit, LEAST_COUNT),
        },
      )
      const rows = new Map<string, Forward>()
      while (rows.size <= limit && !windows.done)
        for (const { key, forward } of (await windows.next()).rows)
          if (forward.createdAt >= from && forward.createdAt < to && (above === undefined || key < above.key))
            rows.set(key, forward)
      const sorted = [...rows].sort(([a], [b]) => (a < b ? 1 : -1))
      const page = sorted.slice(0, limit)
      return {
        items: page.map(([, forward]) => forward),
        ...(sorted.length > limit ? { nextCursor: page.at(-1)![0] } : {}),
      }
    },
    ...(supports(capabilities, 'forwards.feeReport')
      ? {
          feeReport: async ({ signal }) => {
            const earned = async (days: number): Promise<Msat> => {
              const to = now()
              const stats = await client.call('relaystats', { from: to - days * DAY, to }, { signal })
              return addMsat(
                ...toList(stats, 'relaystats').map((each) =>
                  toMsat(toObject<{ relayFeeEarned?: unknown }>(each, 'relaystats').relayFeeEarned),
                ),
              )
            }
            const [dayMsat, weekMsat, monthMsat] = await Promise.all([earned(1), earned(7), earned(30)])
            return { dayMsat, weekMsat, monthMsat }
          },
        }
      : {}),
  }
}

function readCursor(cursor: string | undefined): { key: string; createdAt: UnixSeconds } | undefined {
  if (cursor === undefined) return undefined
  const [, createdAt] = /^(\d{12}):[0-9a-f]{64}:[\w:]{0,200}$/.exec(cursor) ?? []
  if (createdAt === undefined) throw badCursor()
  return { key: cursor, createdAt: Number(createdAt) }
}

type Leg = Record<string, unknown>

/** Capture audit-relay. Before 0.14 a forward had one leg on each side, written into it. */
function readForward(value: unknown): ForwardRow {
  const raw = toObject<Leg>(value, 'a relayed payment')
  const old = raw.amountIn !== undefined
  const incoming = old
    ? [{ channelId: raw.fromChannelId, amount: raw.amountIn, receivedAt: raw.startedAt }]
    : (toList(raw.incoming, 'what came in') as readonly Leg[])
  const outgoing = old
    ? [{ channelId: raw.toChannelId, amount: raw.amountOut, settledAt: raw.settledAt ?? raw.timestamp }]
    : (toList(raw.outgoing, 'what went out') as readonly Leg[])
  const incomingMsat = addMsat(...incoming.map(({ amount }) => toMsat(amount)))
  const outgoingMsat = addMsat(...outgoing.map(({ amount }) => toMsat(amount)))
  const createdAt = Math.max(...outgoing.map(({ settledAt }) => toSeconds(settledAt)))
  const forward: Forward = {
    createdAt,
    incomingChannel: nameOf(incoming[0]),
    outgoingChannel: nameOf(outgoing[0]),
    incomingMsat,
    outgoingMsat,
    feeMsat: clampSubMsat(incomingMsat, outgoingMsat),
  }
  const names = `${forward.incomingChannel}:${forward.outgoingChannel}:${incomingMsat}`
  return { key: `${String(createdAt).padStart(12, '0')}:${String(raw.paymentHash)}:${names}`, forward }
}

const nameOf = (leg: Leg | undefined): string => (isText(leg?.channelId) ? leg.channelId : '')
