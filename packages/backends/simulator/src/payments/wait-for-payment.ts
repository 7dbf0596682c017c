import type { NetworkState } from '../network-state.ts'
import type { SimulatedPayment } from './payment.ts'

/** Waits until the payment is over or the time is; the payment goes on either way. */
export function waitForPayment(
  state: NetworkState,
  payment: SimulatedPayment,
  timeoutMs: number,
): Promise<void> {
  if (payment.status !== 'pending') return Promise.resolve()
  return new Promise((resolve) => {
    const waiting = state.waiting.get(payment.sequence) ?? new Set()
    state.waiting.set(payment.sequence, waiting)
    const wake = (): void => {
      stop()
      waiting.delete(wake)
      resolve()
    }
    const stop = state.clock.setTimeout(wake, timeoutMs)
    waiting.add(wake)
  })
}
