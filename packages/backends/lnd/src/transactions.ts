import {
  badCursor,
  checkPageLimit,
  type ListTransactionsRequest,
  type Page,
  type Transaction,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { LndClient } from './client.ts'
import { invoiceToTransaction, paymentToTransaction, toSeconds } from './to-core.ts'

/** How many rows one request to LND takes at least, so that a filter does not cost a request per row. */
const MIN_BATCH = 50

/** One of LND's two lists, newest first, read in batches as it is needed. */
interface Source {
  /** The newest row that has not been taken, if there is one. */
  peek(): Promise<Row | undefined>
  take(): void
  /** LND's index of the last row taken: the next page goes on below it. */
  readonly position: string
}

interface Row {
  index: string
  createdAt: UnixSeconds
  /** Made only for rows that are wanted. */
  toTransaction(): Transaction
  /** What decides whether a row is wanted, cheaper than making it. */
  listable: boolean
}

type Batch = (indexOffset: string, size: number) => Promise<{ rows: Row[]; next: string }>

/** LND answers an index of zero with the end of the list, so "nothing below" needs a word of its own. */
const END = '-'

/**
 * Payments and invoices as one list. Each row has an index that LND never gives to another, and pages
 * go down from one: what is new does not shift them.
 */
export async function listTransactions(
  client: LndClient,
  request: ListTransactionsRequest,
  now: UnixSeconds,
): Promise<Page<Transaction>> {
  const limit = checkPageLimit(request.limit)
  const start = readCursor(request.cursor)
  const size = Math.max(limit, MIN_BATCH)
  const { direction, statuses } = request
  const payments = source(
    direction === 'incoming' ? END : start.payments,
    size,
    paymentBatches(client, request),
  )
  const invoices = source(
    direction === 'outgoing' ? END : start.invoices,
    size,
    invoiceBatches(client, request, now),
  )
  const items: Transaction[] = []
  for (;;) {
    const [payment, invoice] = await Promise.all([payments.peek(), invoices.peek()])
    if (payment === undefined && invoice === undefined) return { items }
    if (items.length === limit) return { items, nextCursor: `${payments.position}.${invoices.position}` }
    const paymentIsNewer =
      invoice === undefined || (payment !== undefined && payment.createdAt >= invoice.createdAt)
    const row = paymentIsNewer ? payment! : invoice
    ;(paymentIsNewer ? payments : invoices).take()
    if (!row.listable) continue
    const transaction = row.toTransaction()
    if (statuses === undefined || statuses.includes(transaction.status)) items.push(transaction)
  }
}

function readCursor(cursor: string | undefined): { payments: string; invoices: string } {
  if (cursor === undefined) return { payments: '0', invoices: '0' }
  const [, payments, invoices] = /^(\d{1,20}|-)\.(\d{1,20}|-)$/.exec(cursor) ?? []
  if (payments === undefined || invoices === undefined) throw badCursor()
  return { payments, invoices }
}

function source(start: string, size: number, batch: Batch): Source {
  let position = start
  let nextOffset = start
  let rows: Row[] = []
  return {
    async peek() {
      while (rows.length === 0 && nextOffset !== END) {
        const answer = await batch(nextOffset, size)
        rows = answer.rows
        nextOffset = answer.next
      }
      if (rows.length === 0) position = END
      return rows[0]
    },
    take() {
      position = rows.shift()?.index ?? position
    },
    get position() {
      return position
    },
  }
}

/** LND's dates are inclusive on both sides. */
const range = ({ from, to }: ListTransactionsRequest): object => ({
  ...(from === undefined ? {} : { creation_date_start: String(from) }),
  ...(to === undefined ? {} : { creation_date_end: String(to - 1) }),
})

/** Full batches may have more below them; `first_index_offset` is the lowest index of a batch. */
const nextBelow = (count: number, size: number, firstIndex: string): string =>
  count < size || firstIndex === '0' || firstIndex === '1' ? END : firstIndex

const paymentBatches =
  (client: LndClient, request: ListTransactionsRequest): Batch =>
  async (indexOffset, size) => {
    const reply = await client.call(
      'listPayments',
      {
        ...range(request),
        include_incomplete: true,
        reversed: true,
        index_offset: indexOffset,
        max_payments: String(size),
        // from 0.21 on; an older LND does not know it and sends the hops
        omit_hops: true,
      },
      { signal: request.signal },
    )
    const rows = reply.payments.toReversed().map(
      (raw): Row => ({
        index: raw.payment_index,
        createdAt: Number(BigInt(raw.creation_time_ns) / 1_000_000_000n),
        listable: true,
        toTransaction: () => paymentToTransaction(raw),
      }),
    )
    return { rows, next: nextBelow(rows.length, size, reply.first_index_offset) }
  }

const invoiceBatches =
  (client: LndClient, request: ListTransactionsRequest, now: UnixSeconds): Batch =>
  async (indexOffset, size) => {
    const reply = await client.call(
      'listInvoices',
      { ...range(request), reversed: true, index_offset: indexOffset, num_max_invoices: String(size) },
      { signal: request.signal },
    )
    const rows = reply.invoices.toReversed().map(
      (raw): Row => ({
        index: raw.add_index,
        createdAt: toSeconds(raw.creation_date),
        // spontaneous AMP payments have no hash of their own
        listable: raw.r_hash.length === 32,
        toTransaction: () => invoiceToTransaction(raw, now),
      }),
    )
    return { rows, next: nextBelow(rows.length, size, reply.first_index_offset) }
  }
