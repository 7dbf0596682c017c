import type { Page, Transaction } from '@lightning-mcp/core'
import type { Connection } from './backend/connection.ts'
import type { Intent } from './intents/intent.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { ListPaymentsRequest, PaymentListEntry } from './wallet.ts'

/** The backend's history with our ids and memos, and on the first page also what nobody knows the outcome of. */
export async function listPayments(
  request: ListPaymentsRequest,
  { connection, store, account }: { connection: Connection; store: WalletStore; account: string },
): Promise<Page<PaymentListEntry>> {
  const wanted = request.direction !== 'incoming' && (request.statuses?.includes('pending') ?? true)
  const unknown =
    request.cursor === undefined && wanted
      ? (await store.read((reader) => reader.unknownIntents(account, request.limit - 1))).filter((intent) =>
          within(intent, request),
        )
      : []
  const page = await connection.call(
    (backend) => backend.listTransactions({ ...request, limit: request.limit - unknown.length }),
    request.signal,
  )
  const outgoing = page.items.filter(({ direction }) => direction === 'outgoing')
  const ours = new Map(
    (
      await store.read((reader) =>
        reader.intentsByHashes(
          account,
          outgoing.map(({ paymentHash }) => paymentHash),
        ),
      )
    ).map((intent) => [intent.paymentHash, intent]),
  )
  const listed = new Set(outgoing.map(({ paymentHash }) => paymentHash))
  const lost = unknown.filter(({ paymentHash }) => paymentHash === undefined || !listed.has(paymentHash))
  return {
    items: [...lost.map(unknownEntry), ...page.items.map((item) => withOurs(item, ours))],
    ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
  }
}

function within({ createdAtMs }: Intent, { from, to }: ListPaymentsRequest): boolean {
  const createdAt = createdAtMs / 1000
  return (from === undefined || createdAt >= from) && (to === undefined || createdAt < to)
}

function withOurs(item: Transaction, ours: ReadonlyMap<unknown, Intent>): PaymentListEntry {
  const intent = item.direction === 'outgoing' ? ours.get(item.paymentHash) : undefined
  if (intent === undefined) return item
  return {
    ...item,
    paymentId: intent.paymentId,
    ...(intent.memo === undefined ? {} : { memo: intent.memo }),
  }
}

const unknownEntry = (intent: Intent): PaymentListEntry => ({
  id: intent.paymentId,
  direction: 'outgoing',
  status: 'unknown',
  kind: intent.kind,
  ...(intent.paymentHash === undefined ? {} : { paymentHash: intent.paymentHash }),
  amountMsat: intent.amountMsat,
  createdAt: Math.floor(intent.createdAtMs / 1000),
  paymentId: intent.paymentId,
  ...(intent.description === undefined ? {} : { description: intent.description }),
  ...(intent.memo === undefined ? {} : { memo: intent.memo }),
})
