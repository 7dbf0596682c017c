import type { CallOptions } from './call-options.ts'
import type { PaymentHash } from './hex.ts'
import type { Invoice } from './invoice.ts'
import type { PageRequest } from './page.ts'
import type { PaymentFailure } from './payment.ts'
import type { Msat, UnixSeconds } from './units.ts'

export type TransactionDirection = 'incoming' | 'outgoing'

/** `open` and `expired`, `canceled`: incoming only; `unknown` is never listed. */
export type TransactionStatus =
  | 'open'
  | 'accepted'
  | 'pending'
  | 'settled'
  | 'failed'
  | 'expired'
  | 'canceled'

/** One line of the history. Amounts are positive; `direction` tells which way they went. */
export interface Transaction {
  /** Stable and unique within the backend; the same row keeps it when its status changes. */
  id: string
  direction: TransactionDirection
  status: TransactionStatus
  paymentHash: PaymentHash
  /** Without fees. Absent on an open amountless invoice. */
  amountMsat?: Msat
  feeMsat?: Msat
  /** Untrusted text. */
  description?: string
  failure?: PaymentFailure
  createdAt: UnixSeconds
  settledAt?: UnixSeconds
}

/** Asks for a page of the history, newest first. */
export interface ListTransactionsRequest extends PageRequest, CallOptions {
  direction?: TransactionDirection
  /** Default: all, the failed and the pending included, whatever the backend hides by itself. */
  statuses?: readonly TransactionStatus[]
  /** Created at or after. No default window: the first payment ever is found. */
  from?: UnixSeconds
  /** Created before. */
  to?: UnixSeconds
}

/** An invoice as a line of the history. */
export function transactionOfInvoice(invoice: Invoice): Transaction {
  const amountMsat = invoice.receivedMsat ?? invoice.amountMsat
  return {
    id: `in:${invoice.paymentHash}`,
    direction: 'incoming',
    status: invoice.status,
    paymentHash: invoice.paymentHash,
    ...(amountMsat === undefined ? {} : { amountMsat }),
    ...(invoice.description === undefined ? {} : { description: invoice.description }),
    createdAt: invoice.createdAt,
    ...(invoice.settledAt === undefined ? {} : { settledAt: invoice.settledAt }),
  }
}
