import { LightningError, MAX_MSAT, type Msat, type NodeId, paymentHash } from '@lightning-mcp/core'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes } from '../nodes/keys.ts'
import { startPayment } from './start-payment.ts'
import { waitForPayment } from './wait-for-payment.ts'

const PATIENCE_SECONDS = 60

/** A hash whose preimage nobody knows: the recipient refuses it, and by that tells that it was reached. */
export async function probe(
  state: NetworkState,
  node: string,
  target: { destination: NodeId; amountMsat: Msat; finalCltvDelta: number },
): Promise<Msat> {
  const payment = state.change(() =>
    startPayment(state, {
      ...target,
      node,
      // no preimage of it was ever made
      paymentHash: paymentHash(bytesToHex(deriveBytes(state.seed, 'probe', node, state.nextSequence()))),
      maxFeeMsat: MAX_MSAT,
      timeoutSeconds: PATIENCE_SECONDS,
      maxParts: 1,
      probe: true,
    }),
  )
  if (payment.status === 'pending') await waitForPayment(state, payment, PATIENCE_SECONDS * 1000)
  if (payment.status === 'pending')
    throw new LightningError({
      code: 'unavailable',
      message: 'the probe has not come back yet; it locks its amount until then',
      hint: 'Wait until its HTLC has run out, or ask for an estimate instead.',
      sent: 'yes',
    })
  const reached = payment.parts.findLast(
    (part) => part.failure !== undefined && part.failure.htlc === undefined,
  )
  if (reached !== undefined) return reached.feeMsat
  throw new LightningError({
    code: 'no_route',
    message: 'no HTLC of that amount gets to the destination',
    hint: 'Try a smaller amount, or later.',
  })
}
