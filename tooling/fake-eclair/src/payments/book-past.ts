import { randomUUID } from 'node:crypto'
import type { Payment } from '@lightning-mcp/core'
import { paymentSent } from '../books/payment-outcome.ts'
import type { EclairNode } from '../eclair-node.ts'
import type { JsonObject } from '../json.ts'

/** A payment that went through without this node's API, in one part and by a way that nobody noted. */
export interface PastPayment {
  paymentHash: string
  preimage: string
  recipientNodeId: string
  amountMsat: bigint
  feesMsat: bigint
  atMs: number
  invoice?: JsonObject
}

/** Writes it into the books; answers what there is to tell of it. */
export function bookPast(node: EclairNode, past: PastPayment): JsonObject {
  const { preimage, amountMsat, feesMsat, atMs } = past
  const payment = node.outgoing.start({ ...past, type: 'Standard', startedMs: atMs })
  const id = randomUUID()
  payment.rows.push({
    id,
    amountMsat,
    createdMs: atMs,
    status: { type: 'sent', preimage, feesMsat, route: [], completedMs: atMs },
  })
  const { channelId, remoteNodeId } = node.anyChannel()
  const part = {
    id,
    channelId,
    nextNodeId: String(remoteNodeId),
    amountMsat,
    feesMsat,
    route: [],
    startedMs: atMs,
  }
  const outcome = paymentSent(payment, { preimage, feesMsat, parts: [part], settledMs: atMs })
  node.outgoing.settled(payment, outcome, atMs)
  return outcome
}

/** A test had the engine pay for this node, past its API: into the books as well. */
export function noteOutside(node: EclairNode, engine: Payment): void {
  const { paymentHash, amountMsat = 0n, feeMsat = 0n, preimage = '' } = engine
  if (node.outgoing.byHash(paymentHash).length > 0) return
  const outcome = bookPast(node, {
    paymentHash,
    preimage,
    // to whom it went the engine does not tell
    recipientNodeId: String(node.anyChannel()['remoteNodeId']),
    amountMsat,
    feesMsat: feeMsat,
    atMs: node.clock.now(),
  })
  node.events.publish(outcome)
}
