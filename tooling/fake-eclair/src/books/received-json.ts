import { digits, type JsonObject } from '../json.ts'
import { moment } from '../times.ts'
import type { IncomingRow } from './incoming-book.ts'

/** The answer of `getreceivedinfo`. */
export const receivedInfo = (row: IncomingRow, nowMs: number): JsonObject => ({
  invoice: row.invoice,
  paymentPreimage: row.preimage,
  paymentType: row.type,
  createdAt: moment(row.createdMs),
  status: statusJson(row, nowMs),
})

function statusJson({ received, expiresMs }: IncomingRow, nowMs: number): JsonObject {
  if (received !== undefined)
    return { type: 'received', amount: digits(received.amountMsat), receivedAt: moment(received.atMs) }
  return { type: nowMs >= expiresMs ? 'expired' : 'pending' }
}
