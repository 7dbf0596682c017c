import type { Payment } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { type PaymentOrder, startPayment } from '../payments/start-payment.ts'
import { waitForPayment } from '../payments/wait-for-payment.ts'
import { toPayment } from '../to-core.ts'

/** Pays, and answers once the payment is over, or its time. */
export function sendPayment(state: NetworkState, order: PaymentOrder): Payment | Promise<Payment> {
  const payment = state.change(() => startPayment(state, order))
  return payment.status === 'pending'
    ? waitForPayment(state, payment, order.timeoutSeconds * 1000).then(() => toPayment(payment))
    : toPayment(payment)
}
