import type { Json, JsonObject } from '../json.ts'
import { digits } from '../json.ts'
import { moment } from '../times.ts'
import type { OutgoingPayment, PaymentRow, RowHop, RowStatus } from './outgoing-book.ts'

/**
 * The answer of `getsentinfo`: every stored row, and in front a placeholder while nothing is pending
 * in the table although an actor is still at work (between two attempts every stored row reads `failed`).
 */
export function sentInfo(payments: readonly OutgoingPayment[], nowMs: number): Json {
  const rows = payments.flatMap((payment) => payment.rows.map((row) => rowJson(payment, row)))
  if (payments.some(({ rows: own }) => own.some(({ status }) => status.type === 'pending'))) return rows
  const working = payments.find(({ alive }) => alive)
  return working === undefined ? rows : [placeholder(working, nowMs), ...rows]
}

const placeholder = (payment: OutgoingPayment, nowMs: number): JsonObject => ({
  ...common(payment, payment.id, 'placeholder', payment.amountMsat, nowMs),
  status: { type: 'pending' },
})

const rowJson = (payment: OutgoingPayment, row: PaymentRow): JsonObject => ({
  ...common(payment, row.id, payment.type, row.amountMsat, row.createdMs),
  status: statusJson(row.status),
})

const common = (
  payment: OutgoingPayment,
  id: string,
  paymentType: string,
  amountMsat: bigint,
  createdMs: number,
): JsonObject => ({
  id,
  parentId: payment.id,
  externalId: payment.externalId,
  paymentHash: payment.paymentHash,
  paymentType,
  amount: digits(amountMsat),
  recipientAmount: digits(payment.amountMsat),
  recipientNodeId: payment.recipientNodeId,
  createdAt: moment(createdMs),
  invoice: payment.invoice,
  payerKey_opt: payment.payerKey,
})

function statusJson(status: RowStatus): JsonObject {
  switch (status.type) {
    case 'pending':
      return { type: 'pending' }
    case 'sent':
      return {
        type: 'sent',
        paymentPreimage: status.preimage,
        feesPaid: digits(status.feesMsat),
        route: status.route.map(hopJson),
        completedAt: moment(status.completedMs),
      }
    case 'failed':
      return {
        type: 'failed',
        failures: [
          {
            failureType: status.failureType,
            failureMessage: status.text,
            failedRoute: status.route.map(hopJson),
            failedNode: status.failedNode,
          },
        ],
        completedAt: moment(status.completedMs),
      }
  }
}

const hopJson = ({ nodeId, nextNodeId, shortChannelId }: RowHop): JsonObject => ({
  nodeId,
  nextNodeId,
  shortChannelId,
})
