import type { Page, Transaction } from '@lightning-mcp/core'
import type { Connection } from './backend/connection.ts'
import { type HistoryPlace, newerOf, olderOf, placeOf, readPlace, writePlace } from './history-place.ts'
import type { Intent } from './intents/intent.ts'
import { toRecord } from './intents/record.ts'
import { OF_THE_NODE } from './spending/own-node-gate.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { IntentState, ListPaymentsRequest, PaymentId, PaymentListEntry } from './wallet.ts'

interface Sources {
  connection: Connection
  store: WalletStore
  account: string
}

/**
 * The backend's history with our ids and memos; between its lines what moved the node's coins and
 * channels, which it does not list; and on the first page also what nobody knows the outcome of.
 */
export async function listPayments(
  request: ListPaymentsRequest,
  sources: Sources,
): Promise<Page<PaymentListEntry>> {
  const place = readPlace(request.cursor)
  const unknown = request.cursor === undefined ? await unknownOf(request, sources) : []
  const { taken, next } = await stretch(request, request.limit - unknown.length, place, sources)
  const known = new Set(unknown.map(({ paymentId }) => paymentId))
  const listed = new Set(taken.map((line) => (isOwn(line) ? undefined : line.paymentHash)))
  const lost = unknown.filter(({ paymentHash }) => paymentHash === undefined || !listed.has(paymentHash))
  const shown = taken.filter((line) => !isOwn(line) || !known.has(line.paymentId))
  return {
    items: [...lost.map(ownEntry), ...(await entries(shown, sources))],
    ...(next === undefined ? {} : { nextCursor: writePlace(next) }),
  }
}

type Line = Transaction | Intent

const isOwn = (line: Line): line is Intent => 'createdAtMs' in line

const createdAt = (line: Line): number => (isOwn(line) ? Math.floor(line.createdAtMs / 1000) : line.createdAt)

/** The next lines of both lists, newest first, and where to go on; `next` absent: that was all. */
async function stretch(
  request: ListPaymentsRequest,
  room: number,
  place: HistoryPlace,
  sources: Sources,
): Promise<{ taken: readonly Line[]; next?: HistoryPlace }> {
  const page = await backendPage(request, room, place, sources)
  const own = await ownWithin(request, room + 1, place, page, sources)
  const first = merged(page.items, own).slice(0, room)
  const count = first.filter((line) => !isOwn(line)).length
  // the backend's cursor is to stand behind the last line that is shown
  const isCut = count < page.items.length
  const shown = isCut && count > 0 ? await backendPage(request, count, place, sources) : page
  const taken = isCut && count > 0 ? merged(shown.items, first.filter(isOwn)) : first
  const lastOwn = first.findLast(isOwn)?.paymentId ?? place.before
  const backend =
    isCut && count === 0
      ? place.backend
      : shown.nextCursor === undefined
        ? 'end'
        : { cursor: shown.nextCursor }
  const ownLeft = own.length > first.length - count
  if (backend === 'end' && !ownLeft) return { taken }
  return { taken, next: { backend, ...(lastOwn === undefined ? {} : { before: lastOwn }) } }
}

/** Both in their own order, the newer line first. */
function merged(items: readonly Transaction[], own: readonly Intent[]): Line[] {
  const lines: Line[] = []
  let index = 0
  for (const item of items) {
    for (; index < own.length && createdAt(own[index]!) >= item.createdAt; index++) lines.push(own[index]!)
    lines.push(item)
  }
  return [...lines, ...own.slice(index)]
}

const backendPage = (
  request: ListPaymentsRequest,
  limit: number,
  { backend: at }: HistoryPlace,
  { connection }: Sources,
): Promise<Page<Transaction>> => {
  if (at === 'end') return Promise.resolve({ items: [] })
  const { cursor: _, ...wanted } = request
  const cursor = at === 'start' ? {} : { cursor: at.cursor }
  return connection.call(
    (backend) => backend.listTransactions({ ...wanted, limit, ...cursor }),
    request.signal,
  )
}

/** How far back a page reaches. */
function floorOf({ items, nextCursor }: Page<Transaction>, { before }: HistoryPlace): PaymentId | undefined {
  if (nextCursor === undefined) return undefined
  if (items.length === 0) return before
  return olderOf(before, placeOf(Math.min(...items.map(({ createdAt }) => createdAt))))
}

const STATES: Partial<Readonly<Record<Transaction['status'], readonly IntentState[]>>> = {
  pending: ['reserved', 'dispatched'],
  settled: ['settled'],
  failed: ['failed'],
}

/** What moved coins and channels while what the page lists happened, newest first. */
async function ownWithin(
  { direction, statuses = ['pending', 'settled', 'failed'], from, to }: ListPaymentsRequest,
  room: number,
  place: HistoryPlace,
  page: Page<Transaction>,
  { store, account }: Sources,
): Promise<readonly Intent[]> {
  const states = statuses.flatMap((status) => STATES[status] ?? [])
  const isEmptyStretch = page.nextCursor !== undefined && page.items.length === 0
  if (direction === 'incoming' || states.length === 0 || isEmptyStretch) return []
  const after = olderOf(place.before, to === undefined ? undefined : placeOf(to))
  const oldest = newerOf(floorOf(page, place), from === undefined ? undefined : placeOf(from))
  return store.read((reader) =>
    reader.intentPage({
      account,
      kinds: OF_THE_NODE,
      states,
      order: 'newest-first',
      limit: room,
      ...(after === undefined ? {} : { after }),
      ...(oldest === undefined ? {} : { from: oldest }),
    }),
  )
}

async function unknownOf(
  request: ListPaymentsRequest,
  { store, account }: Sources,
): Promise<readonly Intent[]> {
  const wanted = request.direction !== 'incoming' && (request.statuses?.includes('pending') ?? true)
  if (!wanted) return []
  const found = await store.read((reader) => reader.unknownIntents(account, request.limit - 1))
  return found.filter((intent) => within(intent, request))
}

function within({ createdAtMs }: Intent, { from, to }: ListPaymentsRequest): boolean {
  const createdAt = createdAtMs / 1000
  return (from === undefined || createdAt >= from) && (to === undefined || createdAt < to)
}

async function entries(lines: readonly Line[], { store, account }: Sources): Promise<PaymentListEntry[]> {
  const hashes = lines.flatMap((line) =>
    !isOwn(line) && line.direction === 'outgoing' ? [line.paymentHash] : [],
  )
  const found = await store.read((reader) => reader.intentsByHashes(account, hashes))
  const ours = new Map<unknown, Intent>(found.map((intent) => [intent.paymentHash, intent]))
  return lines.map((item) => {
    if (isOwn(item)) return ownEntry(item)
    const intent = item.direction === 'outgoing' ? ours.get(item.paymentHash) : undefined
    if (intent === undefined) return item
    return {
      ...item,
      paymentId: intent.paymentId,
      ...(intent.memo === undefined ? {} : { memo: intent.memo }),
    }
  })
}

const STATUS: Partial<Readonly<Record<IntentState, Transaction['status']>>> = {
  settled: 'settled',
  failed: 'failed',
}

/** What the backend's history does not have. */
function ownEntry(intent: Intent): PaymentListEntry {
  const { paymentId, kind, outcome, memo, createdAt, settledAt, amountMsat, feeMsat, ...record } =
    toRecord(intent)
  const { paymentHash, capitalMsat, txId, channel } = record
  return {
    id: paymentId,
    direction: 'outgoing',
    status: outcome === 'unknown' ? 'unknown' : (STATUS[intent.state] ?? 'pending'),
    kind,
    amountMsat,
    createdAt,
    paymentId,
    ...(paymentHash === undefined ? {} : { paymentHash }),
    ...(capitalMsat === undefined ? {} : { capitalMsat }),
    ...(feeMsat === undefined ? {} : { feeMsat }),
    ...(txId === undefined ? {} : { txId }),
    ...(channel === undefined ? {} : { channel }),
    ...(settledAt === undefined ? {} : { settledAt }),
    ...(intent.description === undefined ? {} : { description: intent.description }),
    ...(memo === undefined ? {} : { memo }),
  }
}
