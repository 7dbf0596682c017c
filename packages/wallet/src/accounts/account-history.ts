import {
  LightningError,
  type Page,
  type PaymentHash,
  type Transaction,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import type { OwnPageQuery } from '../store/account-queries.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { ListPaymentsRequest, PaymentListEntry } from '../wallet.ts'
import type { OwnInvoice } from './account.ts'
import { invoiceOfRow } from './own-invoices.ts'

interface Line {
  createdAtMs: number
  id: string
  entry: PaymentListEntry
}

/** So many rows are looked through for one page where most do not fit the filter. */
const MAX_ROUNDS = 20

const seconds = (ms: number): UnixSeconds => Math.floor(ms / 1000)

/** The history of a tracked account, newest first, from the ledger alone: its own payments and invoices and nobody else's. */
export async function listOwnPayments(
  reader: StoreReader,
  request: ListPaymentsRequest,
  { account, nowMs }: { account: string; nowMs: number },
): Promise<Page<PaymentListEntry>> {
  const { limit, statuses } = request
  const items: Line[] = []
  let before = request.cursor === undefined ? undefined : readCursor(request.cursor)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const lines = await page(reader, request, { account, before, limit: limit + 1 }, nowMs)
    const more = lines.length > limit
    const taken = lines.slice(0, limit)
    for (const line of taken) {
      before = { createdAtMs: line.createdAtMs, id: line.id }
      if (fits(line.entry, statuses)) items.push(line)
      if (items.length === limit) break
    }
    const atEnd = !more && before?.id === taken.at(-1)?.id
    if (atEnd || taken.length === 0) return { items: items.map(({ entry }) => entry) }
    if (items.length === limit) break
  }
  return {
    items: items.map(({ entry }) => entry),
    ...(before === undefined ? {} : { nextCursor: `${before.createdAtMs}.${before.id}` }),
  }
}

async function page(
  reader: StoreReader,
  { direction, from, to }: ListPaymentsRequest,
  { account, before, limit }: { account: string; before: OwnPageQuery['before'] | undefined; limit: number },
  nowMs: number,
): Promise<readonly Line[]> {
  const query: OwnPageQuery = {
    account,
    limit,
    ...(before === undefined ? {} : { before }),
    ...(from === undefined ? {} : { fromMs: from * 1000 }),
    ...(to === undefined ? {} : { toMs: to * 1000 }),
  }
  const sent = direction === 'incoming' ? [] : await reader.sentPage(query)
  const made = direction === 'outgoing' ? [] : await reader.ownInvoicePage(query)
  return [...sent.map(sentLine), ...made.map((row) => invoiceLine(row, nowMs))]
    .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
    .slice(0, limit)
}

const fits = ({ status }: PaymentListEntry, statuses: ListPaymentsRequest['statuses']): boolean =>
  statuses === undefined || statuses.includes(status === 'unknown' ? 'pending' : status)

function readCursor(cursor: string): NonNullable<OwnPageQuery['before']> {
  const [, createdAtMs, id] = /^(\d{1,16})\.([A-Za-z0-9_]{1,80})$/.exec(cursor) ?? []
  if (createdAtMs !== undefined && id !== undefined) return { createdAtMs: Number(createdAtMs), id }
  throw new LightningError({
    code: 'invalid_request',
    message: 'not a cursor of this history',
    hint: 'Pass on the cursor that the last page answered, or none to begin anew.',
  })
}

function sentLine(intent: Intent): Line {
  const { state, outcome, paymentId, paymentHash } = intent
  const settledAt =
    state === 'settled' && intent.settledAtMs !== undefined ? seconds(intent.settledAtMs) : undefined
  const status: PaymentListEntry['status'] =
    state === 'settled' || state === 'failed' ? state : outcome === 'unknown' ? 'unknown' : 'pending'
  return {
    createdAtMs: intent.createdAtMs,
    id: paymentId,
    entry: {
      id: paymentId,
      direction: 'outgoing',
      status,
      // an on-chain payment has none, and a tracked account makes no such
      paymentHash: (paymentHash ?? '') as PaymentHash,
      amountMsat: intent.amountMsat,
      createdAt: seconds(intent.createdAtMs),
      paymentId,
      ...(intent.feeMsat === undefined ? {} : { feeMsat: intent.feeMsat }),
      ...(settledAt === undefined ? {} : { settledAt }),
      ...(intent.description === undefined ? {} : { description: intent.description }),
      ...(intent.memo === undefined ? {} : { memo: intent.memo }),
    },
  }
}

function invoiceLine(row: OwnInvoice, nowMs: number): Line {
  const { status, paymentHash, amountMsat, receivedMsat, description, createdAt, settledAt } = invoiceOfRow(
    row,
    { nowMs },
  )
  const shownMsat = receivedMsat ?? amountMsat
  const entry: Transaction = {
    id: paymentHash,
    direction: 'incoming',
    status,
    paymentHash,
    createdAt,
    ...(shownMsat === undefined ? {} : { amountMsat: shownMsat }),
    ...(description === undefined ? {} : { description }),
    ...(settledAt === undefined ? {} : { settledAt }),
  }
  return { createdAtMs: row.createdAtMs, id: paymentHash, entry }
}
