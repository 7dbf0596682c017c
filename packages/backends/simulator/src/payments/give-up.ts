import type { FailureReason, PaymentFailure } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { finishPayment } from './finish-payment.ts'
import type { SimulatedPayment } from './payment.ts'
import { releaseIncomplete } from './receive.ts'

/** No further attempt: what the recipient holds of an incomplete set comes back, and then the payment has failed. */
export function giveUp(
  state: NetworkState,
  payment: SimulatedPayment,
  reason: FailureReason,
  detail?: string,
): void {
  const failure: PaymentFailure = { reason, sameHashRetryable: true }
  if (detail !== undefined) failure.detail = detail
  payment.givenUp ??= failure
  state.changed({ type: 'payment', value: payment })
  releaseIncomplete(state, payment)
  finishPayment(state, payment)
}
