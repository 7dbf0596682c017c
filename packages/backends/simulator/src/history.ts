import {
  LightningError,
  type ListTransactionsRequest,
  type Page,
  type Transaction,
} from '@lightning-mcp/core'
import type { HistoryEntry, NetworkState } from './network-state.ts'
import { toTransaction } from './to-core.ts'

const badRequest = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** A cursor names the last entry of its page: what comes later never moves what is older. */
const CURSOR = /^[0-9]{1,15}$/

export function checkPage(request: { limit: number; cursor?: string | undefined }): void {
  if (!Number.isSafeInteger(request.limit) || request.limit < 1 || request.limit > 1000)
    throw badRequest(
      'the limit of a page must be a whole number from 1 to 1000',
      'Ask for 1 to 1000 entries.',
    )
  if (request.cursor !== undefined && !CURSOR.test(request.cursor))
    throw badRequest(
      'the cursor is not one of this wallet',
      'Give next_cursor of the page before, or none for the first page.',
    )
}

/** The node's history, newest first. */
export function listTransactions(
  state: NetworkState,
  name: string,
  request: Omit<ListTransactionsRequest, 'signal'>,
): Page<Transaction> {
  checkPage(request)
  const entries = state.history.get(name) ?? []
  const now = state.now()
  const items: Transaction[] = []
  let index = request.cursor === undefined ? entries.length : countBefore(entries, Number(request.cursor))
  while (index > 0 && items.length < request.limit) {
    index -= 1
    const entry = entries[index] as HistoryEntry
    if (!mayMatch(entry, request)) continue
    const transaction = toTransaction(entry, now)
    if (request.statuses === undefined || request.statuses.includes(transaction.status))
      items.push(transaction)
  }
  return index > 0 ? { items, nextCursor: String(entries[index]?.sequence) } : { items }
}

function mayMatch(entry: HistoryEntry, request: Omit<ListTransactionsRequest, 'signal'>): boolean {
  if (request.direction !== undefined && (entry.kind === 'payment') !== (request.direction === 'outgoing'))
    return false
  if (request.from !== undefined && entry.createdAt < request.from) return false
  return request.to === undefined || entry.createdAt < request.to
}

/** How many entries are older than that sequence number. */
export function countBefore(entries: readonly { sequence: number }[], sequence: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle]?.sequence ?? 0) < sequence) low = middle + 1
    else high = middle
  }
  return low
}
