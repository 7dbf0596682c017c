import { digits, type Json, type JsonObject } from '../json.ts'
import { moment } from '../times.ts'
import type { OutgoingPayment } from './outgoing-book.ts'

/** One HTLC of a payment that went through. */
export interface SentPart {
  id: string
  channelId: Json | undefined
  nextNodeId: string | undefined
  amountMsat: bigint
  feesMsat: bigint
  route: readonly JsonObject[]
  startedMs: number
}

/** `payment-sent`: the answer of a blocking call, and what the websockets are told. */
export const paymentSent = (
  payment: OutgoingPayment,
  {
    preimage,
    feesMsat,
    parts,
    settledMs,
  }: {
    preimage: string
    feesMsat: bigint
    parts: readonly SentPart[]
    settledMs: number
  },
): JsonObject => ({
  type: 'payment-sent',
  id: payment.id,
  paymentHash: payment.paymentHash,
  paymentPreimage: preimage,
  recipientAmount: digits(payment.amountMsat),
  recipientNodeId: payment.recipientNodeId,
  parts: parts.map((part) => ({
    id: part.id,
    channelId: part.channelId,
    nextNodeId: part.nextNodeId,
    amountWithFees: digits(part.amountMsat + part.feesMsat),
    fees: digits(part.feesMsat),
    route: part.route,
    startedAt: moment(part.startedMs),
    settledAt: moment(settledMs),
  })),
  fees: digits(feesMsat),
  startedAt: moment(payment.startedMs),
  settledAt: moment(settledMs),
})
