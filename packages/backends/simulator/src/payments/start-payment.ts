import { LightningError, type Msat, type NodeId, type PaymentHash, type Preimage } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import type { SimulatedPayment } from './payment.ts'

export interface PaymentOrder {
  node: string
  paymentHash: PaymentHash
  destination: NodeId
  amountMsat: Msat
  maxFeeMsat: Msat
  finalCltvDelta: number
  timeoutSeconds: number
  paymentSecret?: string | undefined
  keysendPreimage?: Preimage | undefined
  description?: string | undefined
  offerId?: string | undefined
  label?: string | undefined
  probe?: true | undefined
  maxParts?: number | undefined
  outgoingChannels?: readonly string[] | undefined
  /** Node id. */
  lastHop?: NodeId | undefined
  allowSelfPayment?: boolean | undefined
}

/** LND's default. */
const DEFAULT_MAX_PARTS = 16

/** Refuses what this node has paid or is paying, then records the payment and has it attempted. */
export function startPayment(state: NetworkState, order: PaymentOrder): SimulatedPayment {
  const node = state.node(order.node)
  refuseRepetition(state, order)
  if (order.destination === node.nodeId && order.allowSelfPayment !== true)
    throw new LightningError({
      code: 'self_payment',
      message: 'the invoice is this wallet’s own',
      hint: 'Ask the other side for an invoice of theirs.',
    })
  const payment: SimulatedPayment = {
    kind: 'payment',
    sequence: state.nextSequence(),
    node: order.node,
    paymentHash: order.paymentHash,
    destination: order.destination,
    amountMsat: order.amountMsat,
    maxFeeMsat: order.maxFeeMsat,
    status: 'pending',
    finalCltvDelta: order.finalCltvDelta,
    maxParts: order.maxParts ?? DEFAULT_MAX_PARTS,
    deadlineMs: state.clock.now() + order.timeoutSeconds * 1000,
    createdAt: state.now(),
    parts: [],
  }
  if (order.paymentSecret !== undefined) payment.paymentSecret = order.paymentSecret
  if (order.keysendPreimage !== undefined) payment.keysendPreimage = order.keysendPreimage
  if (order.description !== undefined) payment.description = order.description
  if (order.offerId !== undefined) payment.offerId = order.offerId
  if (order.label !== undefined) payment.label = order.label
  if (order.probe !== undefined) payment.probe = order.probe
  if (order.outgoingChannels !== undefined) payment.outgoingChannels = order.outgoingChannels
  if (order.lastHop !== undefined) payment.lastHop = state.nodesById.get(order.lastHop)?.name ?? order.lastHop
  state.add({ type: 'payment', value: payment })
  state.tasks.push({ do: 'attempt', payment })
  return payment
}

function refuseRepetition(state: NetworkState, order: PaymentOrder): void {
  const earlier = state.payments.get(order.node)?.get(order.paymentHash)
  if (earlier?.status === 'settled')
    throw new LightningError({
      code: 'already_paid',
      message: 'this payment hash was paid before',
      hint: 'Look the payment up. To pay once more, ask for a fresh invoice.',
    })
  if (earlier?.status === 'pending')
    throw new LightningError({
      code: 'in_progress',
      message: 'a payment of this hash is under way',
      hint: 'Look the payment up and wait for its outcome.',
    })
}
