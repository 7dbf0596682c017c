import type { PaymentHash } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'

/** Lets go of HTLCs that a node sits on: passed on as if nothing had been, or sent back. Answers how many. */
export function releaseHeldHtlcs(
  state: NetworkState,
  how: 'forward' | 'fail',
  paymentHash?: PaymentHash,
): number {
  let released = 0
  for (const payment of state.livePayments.values()) {
    if (paymentHash !== undefined && payment.paymentHash !== paymentHash) continue
    for (const part of payment.parts) {
      if (part.heldBy === undefined) continue
      delete part.heldBy
      released += 1
      if (how === 'fail') {
        const next = part.htlcs.findIndex((htlc) => htlc.state === 'planned')
        // held by the recipient: it is the recipient who refuses
        part.failure =
          next < 0
            ? { code: 'incorrect_or_unknown_payment_details', temporary: false }
            : { code: 'temporary_node_failure', htlc: next, temporary: false }
        part.state = 'failing'
      }
      state.changed({ type: 'payment', value: payment })
      state.tasks.push({ do: 'drive', payment, part })
    }
  }
  return released
}
