import {
  badCursor,
  checkPageLimit,
  LightningError,
  type ListTransactionsRequest,
  type Page,
  type Transaction,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { ClnClient } from './client.ts'
import { findNewest, type NumberedList, walkDown } from './descending.ts'
import type { Method } from './methods.ts'
import { paymentRows } from './payment-rows.ts'
import type { RawInvoice, RawPart } from './schemas.ts'
import { invoiceToTransaction, toList } from './to-core.ts'

/** The node's clock may have been set back: so much further down is looked before rows count as too old. */
const CLOCK_SLACK_SECONDS = 86_400
/** `wait` with 0 answers at once; where it does not, the end is searched. */
const WAIT_TIMEOUT_MS = 5_000

export interface Row {
  index: number
  createdAt: UnixSeconds
  transaction: Transaction
}

export interface HistoryContext {
  client: ClnClient
  has(method: Method): boolean
  /** What the end of each list was when it was last asked for. */
  ends: Record<'sendpays' | 'invoices' | 'forwards', number>
  now: UnixSeconds
  signal: AbortSignal | undefined
}

/** A list has no row left. */
const END = '-'

/**
 * Payments and invoices as one list. Each row has a number that Core Lightning never gives to another,
 * and pages go down from one: what is new does not shift them.
 */
export async function listTransactions(
  context: HistoryContext,
  request: ListTransactionsRequest,
): Promise<Page<Transaction>> {
  const limit = checkPageLimit(request.limit)
  const cursor = readCursor(request.cursor)
  const { direction, statuses, from = 0, to = Number.POSITIVE_INFINITY } = request
  const payments = new Source(
    direction === 'incoming' ? END : cursor.payments,
    (below) => paymentRows(context, walkDown(partsOf(context), below)),
    () => endOf(context, 'sendpays', partsOf(context)),
  )
  const invoices = new Source(
    direction === 'outgoing' ? END : cursor.invoices,
    (below) => invoiceRows(context, below),
    () => endOf(context, 'invoices', invoicesOf(context)),
  )
  const tooOld = (row: Row | undefined): boolean =>
    row === undefined || row.createdAt < from - CLOCK_SLACK_SECONDS
  const items: Transaction[] = []
  try {
    for (;;) {
      const [payment, invoice] = await Promise.all([payments.peek(), invoices.peek()])
      if (tooOld(payment) && tooOld(invoice)) return { items }
      if (items.length === limit) return { items, nextCursor: `${payments.position}.${invoices.position}` }
      const paymentIsNewer =
        invoice === undefined || (payment !== undefined && payment.createdAt >= invoice.createdAt)
      const row = (paymentIsNewer ? payments : invoices).take()
      const { createdAt, status } = row.transaction
      if (createdAt >= from && createdAt < to && (statuses === undefined || statuses.includes(status)))
        items.push(row.transaction)
    }
  } finally {
    await Promise.all([payments.end(), invoices.end()])
  }
}

function readCursor(cursor: string | undefined): {
  payments: string | undefined
  invoices: string | undefined
} {
  if (cursor === undefined) return { payments: undefined, invoices: undefined }
  const [, payments, invoices] = /^(\d{1,15}|-)\.(\d{1,15}|-)$/.exec(cursor) ?? []
  if (payments === undefined || invoices === undefined) throw badCursor()
  return { payments, invoices }
}

/** One of the two lists, newest first, read as it is needed. */
class Source {
  readonly #open: (below: number) => AsyncGenerator<Row>
  readonly #newest: () => Promise<number>
  #rows: AsyncGenerator<Row> | undefined
  #next: Row | undefined
  #ended: boolean
  /** The next page goes on below it. */
  position: string

  constructor(
    start: string | undefined,
    open: (below: number) => AsyncGenerator<Row>,
    newest: () => Promise<number>,
  ) {
    this.#ended = start === END
    this.position = start ?? ''
    this.#open = open
    this.#newest = newest
  }

  /** The newest row that has not been taken, if there is one. */
  async peek(): Promise<Row | undefined> {
    if (this.#next !== undefined || this.#ended) return this.#next
    if (this.position === '') this.position = String((await this.#newest()) + 1)
    this.#rows ??= this.#open(Number(this.position))
    const { done, value } = await this.#rows.next()
    if (done === true) {
      this.#ended = true
      this.position = END
    } else this.#next = value
    return this.#next
  }

  take(): Row {
    const row = this.#next as Row
    this.#next = undefined
    this.position = String(row.index)
    return row
  }

  async end(): Promise<void> {
    await this.#rows?.return(undefined)
  }
}

export const partsOf = ({ client, signal }: HistoryContext): NumberedList<RawPart> => ({
  read: async (start, limit) =>
    toList((await client.call('listsendpays', { index: 'created', start, limit }, { signal })).payments),
})

const invoicesOf = ({ client, signal }: HistoryContext): NumberedList<RawInvoice> => ({
  read: async (start, limit) =>
    toList((await client.call('listinvoices', { index: 'created', start, limit }, { signal })).invoices),
})

/** The number of the newest row; some of the newest may have been deleted. */
export async function endOf(
  { client, has, ends, signal }: HistoryContext,
  subsystem: 'sendpays' | 'invoices' | 'forwards',
  list: NumberedList<{ created_index?: number }>,
): Promise<number> {
  if (has('wait'))
    try {
      const options = { signal, timeoutMs: WAIT_TIMEOUT_MS }
      const { created } = await client.call(
        'wait',
        { subsystem, indexname: 'created', nextvalue: 0 },
        options,
      )
      if (typeof created === 'number') return created
    } catch (error) {
      if (!LightningError.is(error) || error.code === 'unauthenticated') throw error
    }
  ends[subsystem] = await findNewest(list, ends[subsystem])
  return ends[subsystem]
}

async function* invoiceRows(context: HistoryContext, below: number): AsyncGenerator<Row> {
  for await (const raw of walkDown(invoicesOf(context), below)) {
    const transaction = invoiceToTransaction(raw, context.now)
    yield { index: Number(raw.created_index), createdAt: transaction.createdAt, transaction }
  }
}
