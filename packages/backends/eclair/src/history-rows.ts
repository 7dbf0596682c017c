import {
  addMsat,
  type InvoiceStatus,
  type PaymentHash,
  type Transaction,
  transactionOfInvoice,
} from '@lightning-mcp/core'
import { unreadable } from './errors.ts'
import type { RawReceived, RawSentPart } from './schemas.ts'
import { toPayment } from './sent-payments.ts'
import { isText, readInvoice, toHash, toInvoice, toList, toMsat, toObject, toSeconds } from './to-core.ts'

/** Pure: rows of the history from what Eclair's lists answer. */

/** `listinvoices` tells no status: the other two lists do, and what is in neither has expired. */
export function readReceived(lists: {
  all: unknown
  pending: unknown
  received: unknown
}): readonly Transaction[] {
  const named = (list: unknown) =>
    toList(list, 'a list of invoices')
      // what has no hash is not payable any more; paid ones are named by their preimage below
      .filter((each) => toObject<{ paymentHash?: unknown }>(each, 'an invoice').paymentHash !== undefined)
      .map((each) => readInvoice(each))
  const open = new Set(named(lists.pending).map(({ paymentHash }) => paymentHash))
  const rows = new Map<PaymentHash, Transaction>()
  for (const terms of named(lists.all)) {
    const status: InvoiceStatus = open.has(terms.paymentHash) ? 'open' : 'expired'
    rows.set(terms.paymentHash, transactionOfInvoice({ ...terms, status }))
  }
  for (const each of toList(lists.received, 'a list of received payments')) {
    const invoice = toInvoice(each as RawReceived)
    rows.set(invoice.paymentHash, transactionOfInvoice(invoice))
  }
  return [...rows.values()]
}

/** A payment of `audit`, with those of its parts that were read. */
export interface SentPayment {
  /** The UUID that the sending call answered. */
  id: string
  paymentHash: PaymentHash
  recipientAmount: unknown
  parts: ReadonlyMap<string, SentPart>
}

interface SentPart {
  fee: unknown
  startedAt: number
  settledAt: number
}

/** `audit.sent`. Before 0.14 the members of a part had other names. */
export function readSent(audit: unknown): readonly SentPayment[] {
  const { sent } = toObject<{ sent?: unknown }>(audit, 'audit')
  return toList(sent, 'the sent payments of audit').map((each) => {
    const raw = toObject<Record<string, unknown>>(each, 'a sent payment')
    if (!isText(raw.id) || !/^[0-9a-f-]{36}$/.test(raw.id)) throw unreadable('a sent payment has no id')
    const parts = toList(raw.parts, 'the parts of a payment').map((entry): [string, SentPart] => {
      const part = toObject<Record<string, unknown>>(entry, 'a part of a payment')
      const settledAt = toSeconds(part.settledAt ?? part.timestamp)
      return [
        String(part.id),
        {
          fee: part.fees ?? part.feesPaid,
          startedAt: toSeconds(part.startedAt ?? part.settledAt ?? part.timestamp),
          settledAt,
        },
      ]
    })
    if (parts.length === 0) throw unreadable('a sent payment has no parts')
    return {
      id: raw.id,
      paymentHash: toHash(raw.paymentHash),
      recipientAmount: raw.recipientAmount,
      parts: new Map(parts),
    }
  })
}

/** The same payment, with the parts that either has. */
export const sentParts = (known: SentPayment | undefined, read: SentPayment): SentPayment =>
  known === undefined ? read : { ...read, parts: new Map([...known.parts, ...read.parts]) }

export function sentRow({ id, paymentHash, recipientAmount, parts }: SentPayment): Transaction {
  const all = [...parts.values()]
  return {
    id: `out:${id}`,
    direction: 'outgoing',
    status: 'settled',
    paymentHash,
    amountMsat: toMsat(recipientAmount),
    feeMsat: addMsat(...all.map(({ fee }) => toMsat(fee, 'a fee'))),
    createdAt: Math.min(...all.map(({ startedAt }) => startedAt)),
    settledAt: Math.max(...all.map(({ settledAt }) => settledAt)),
  }
}

/** Attempts at paying that are pending or have failed, one line for each time it was asked for. */
export function unsettledRows(parts: readonly RawSentPart[]): readonly Transaction[] {
  const parents = new Set(parts.map(({ parentId }) => parentId))
  return [...parents].flatMap((parentId): Transaction[] => {
    const own = parts.filter((part) => part.parentId === parentId)
    const payment = toPayment(own)
    if (payment?.status !== 'pending' && payment?.status !== 'failed') return []
    return [
      {
        id: `out:${parentId.toLowerCase()}`,
        direction: 'outgoing',
        status: payment.status,
        paymentHash: payment.paymentHash,
        ...(payment.amountMsat === undefined ? {} : { amountMsat: payment.amountMsat }),
        ...(payment.failure === undefined ? {} : { failure: payment.failure }),
        createdAt: payment.createdAt ?? 0,
      },
    ]
  })
}
