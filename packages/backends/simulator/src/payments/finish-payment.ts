import { msat } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { toPayment } from '../to-core.ts'
import type { SimulatedPayment } from './payment.ts'

/** Closes the payment once no part is in flight: settled if the recipient took it, failed if it was given up. */
export function finishPayment(state: NetworkState, payment: SimulatedPayment): void {
  if (payment.status !== 'pending') return
  if (payment.parts.some((part) => part.state !== 'settled' && part.state !== 'failed')) return
  const settled = payment.parts.filter((part) => part.state === 'settled')
  if (settled.length > 0) {
    payment.status = 'settled'
    payment.feeMsat = msat(settled.reduce((total: bigint, part) => total + part.feeMsat, 0n))
    payment.settledAt = state.now()
  } else if (payment.givenUp !== undefined) {
    payment.status = 'failed'
    payment.failure = payment.givenUp
  } else return
  state.changed({ type: 'payment', value: payment })
  state.livePayments.delete(payment.sequence)
  state.refusals.delete(payment.sequence)
  if (payment.probe === undefined)
    state.emit(payment.node, {
      type: payment.status === 'settled' ? 'payment-settled' : 'payment-failed',
      payment: toPayment(payment),
    })
  const waiting = state.waiting.get(payment.sequence)
  state.waiting.delete(payment.sequence)
  for (const wake of waiting ?? []) wake()
}
