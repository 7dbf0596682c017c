import {
  badCursor,
  checkPageLimit,
  type ListTransactionsRequest,
  type Page,
  type Transaction,
  transactionOfInvoice,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { EclairClient, Form } from './client.ts'
import { lookTwice } from './follow-payment.ts'
import {
  readReceived,
  readSent,
  type SentPayment,
  sentParts,
  sentRow,
  unsettledRows,
} from './history-rows.ts'
import { END_OF_TIME, HistoryWindows } from './history-windows.ts'
import type { ProcessMemory } from './process-memory.ts'
import { standingOf } from './sent-payments.ts'
import { toList } from './to-core.ts'

/** Rows of one answer: at most so many kilobytes, and few answers for a page. */
const LEAST_COUNT = 100
const LOOKS_AT_ONCE = 8
/** How long after its start a payment may still be settled: no HTLC lives longer, with time to spare. */
const LONGEST_PAYMENT_SECONDS = 60 * 86_400
/** Parts of one payment settle within this time of each other, so that a window shows it whole. */
const PARTS_OVERLAP_SECONDS = 60

/** Where a page ends: below this row; and up to when payments were settled that still lie below it. */
interface Position {
  createdAt: UnixSeconds
  id: string
  settledTo: UnixSeconds
}

interface Source {
  /** Every row created at or after this second is in `rows`, or was taken. */
  readonly floor: UnixSeconds
  readonly rows: Map<string, Transaction>
  /** Reads more of it, downwards. */
  read(): Promise<void>
}

/**
 * Invoices, settled payments, and what this process knows beside them, as one list from the newest down.
 * A page ends below a row, named by time and id, so that what is new does not shift it.
 */
export async function listTransactions(
  client: EclairClient,
  request: ListTransactionsRequest,
  memory: ProcessMemory,
  now: UnixSeconds,
): Promise<Page<Transaction>> {
  const limit = checkPageLimit(request.limit)
  const start = readCursor(request.cursor)
  const sources = openSources(client, request, start, Math.max(limit, LEAST_COUNT), memory, now)
  const { statuses, from = 0, to = END_OF_TIME } = request
  const wanted = ({ status, createdAt }: Transaction): boolean =>
    createdAt >= from && createdAt < to && (statuses === undefined || statuses.includes(status))
  const items: Transaction[] = []
  let last: Transaction | undefined
  for (;;) {
    const next = newestOf(sources)
    const behind = sources.find(({ floor }) => (next === undefined ? floor >= 0 : floor > next.row.createdAt))
    if (behind !== undefined) {
      await behind.read()
      dropAbove(behind, start)
      continue
    }
    if (next === undefined) return { items }
    if (items.length === limit) return { items, nextCursor: writeCursor(last!, sources) }
    for (const { rows } of sources) rows.delete(next.row.id)
    last = next.row
    if (wanted(next.row)) items.push(next.row)
  }
}

const isBelow = (
  row: Pick<Transaction, 'createdAt' | 'id'>,
  above: Pick<Position, 'createdAt' | 'id'>,
): boolean => row.createdAt < above.createdAt || (row.createdAt === above.createdAt && row.id < above.id)

function dropAbove({ rows }: Source, start: Position | undefined): void {
  if (start !== undefined) for (const [id, row] of rows) if (!isBelow(row, start)) rows.delete(id)
}

function newestOf(sources: readonly Source[]): { row: Transaction } | undefined {
  let newest: Transaction | undefined
  for (const { rows } of sources)
    for (const row of rows.values()) if (newest === undefined || isBelow(newest, row)) newest = row
  return newest === undefined ? undefined : { row: newest }
}

function readCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  const [, createdAt, id, settledTo] =
    /^(\d{1,12})\.((?:in|out):[0-9a-f-]{36,64})\.(\d{1,12})$/.exec(cursor) ?? []
  if (createdAt === undefined || id === undefined || settledTo === undefined) throw badCursor()
  return { createdAt: Number(createdAt), id, settledTo: Number(settledTo) }
}

/** A payment that was long under way lies below the page, though it was settled above its end: so the next page looks up to there. */
function writeCursor({ createdAt, id }: Transaction, sources: readonly Source[]): string {
  const settled = sources.flatMap(({ rows }) => [...rows.values()].map(({ settledAt = 0 }) => settledAt))
  return `${createdAt}.${id}.${Math.max(createdAt, ...settled) + 1}`
}

function openSources(
  client: EclairClient,
  request: ListTransactionsRequest,
  start: Position | undefined,
  count: number,
  memory: ProcessMemory,
  now: UnixSeconds,
): readonly Source[] {
  const { direction, from: oldest = 0, to = END_OF_TIME, signal } = request
  const range = { oldest, now, count }
  const sources: Source[] = []
  if (direction !== 'outgoing')
    sources.push(
      incoming(client, signal, {
        ...range,
        to: Math.min(to, start === undefined ? END_OF_TIME : start.createdAt + 1),
      }),
      remembered(async () => memory.canceledInvoices.map((invoice) => transactionOfInvoice(invoice))),
    )
  if (direction !== 'incoming')
    sources.push(
      outgoing(client, signal, {
        ...range,
        to: Math.min(to + LONGEST_PAYMENT_SECONDS, start?.settledTo ?? END_OF_TIME),
        overlap: PARTS_OVERLAP_SECONDS,
      }),
      remembered(() => unlisted(client, signal, memory)),
    )
  return sources
}

type Range = ConstructorParameters<typeof HistoryWindows>[1]

function incoming(client: EclairClient, signal: AbortSignal | undefined, range: Range): Source {
  const list = async (method: string, form: Form) =>
    toList(await client.call(method, form, { signal }), method)
  const windows = new HistoryWindows({ read: (form) => list('listinvoices', form) }, range)
  const rows = new Map<string, Transaction>()
  return {
    rows,
    get floor() {
      return windows.floor
    },
    async read() {
      const { rows: all, from, to } = await windows.next()
      if (all.length === 0) return
      const whole = (method: string) =>
        readPages((skip) => list(method, { from, to, count: range.count, skip }), range.count)
      // pending before received: what is paid in between is then in both, not in neither
      const pending = await whole('listpendinginvoices')
      const received = await whole('listreceivedpayments')
      for (const row of readReceived({ all, pending, received })) rows.set(row.id, row)
    },
  }
}

async function readPages<Row>(
  read: (skip: number) => Promise<readonly Row[]>,
  count: number,
): Promise<readonly Row[]> {
  const all: Row[] = []
  for (let skip = 0; ; skip += count) {
    const rows = await read(skip)
    all.push(...rows)
    if (rows.length < count) return all
  }
}

function outgoing(client: EclairClient, signal: AbortSignal | undefined, range: Range): Source {
  const payments = new Map<string, SentPayment>()
  const windows = new HistoryWindows(
    {
      read: async ({ from, to, count, skip }) =>
        readSent(await client.call('audit', { from, to, count, skip }, { signal })),
    },
    range,
  )
  const rows = new Map<string, Transaction>()
  return {
    rows,
    get floor() {
      return windows.floor
    },
    async read() {
      for (const payment of (await windows.next()).rows) {
        // parts on both sides of a window's edge are one payment
        const whole = sentParts(payments.get(payment.id), payment)
        const taken = payments.has(payment.id) && !rows.has(`out:${payment.id}`)
        payments.set(payment.id, whole)
        if (!taken) rows.set(`out:${payment.id}`, sentRow(whole))
      }
    },
  }
}

/** What is read at once, or known already. */
function remembered(load: () => Promise<readonly Transaction[]>): Source {
  const rows = new Map<string, Transaction>()
  let floor = END_OF_TIME
  return {
    rows,
    get floor() {
      return floor
    },
    async read() {
      for (const row of await load()) rows.set(row.id, row)
      floor = Number.NEGATIVE_INFINITY
    },
  }
}

/** Pending and failed payments that this process asked for; the settled ones are in Eclair's own list. */
async function unlisted(
  client: EclairClient,
  signal: AbortSignal | undefined,
  memory: ProcessMemory,
): Promise<readonly Transaction[]> {
  const found: Transaction[] = []
  const open = memory.payments.flatMap(([hash, ended]) => {
    found.push(...(ended ?? []))
    return ended === undefined ? [hash] : []
  })
  for (let start = 0; start < open.length; start += LOOKS_AT_ONCE)
    await Promise.all(
      open.slice(start, start + LOOKS_AT_ONCE).map(async (paymentHash) => {
        const parts = await lookTwice(client, { paymentHash }, signal)
        const rows = unsettledRows(parts)
        found.push(...rows)
        const standing = standingOf(parts)
        if (standing === 'sent' || standing === 'failed')
          memory.noteEnded(
            paymentHash,
            rows.filter(({ status }) => status === 'failed'),
          )
      }),
    )
  return found
}
