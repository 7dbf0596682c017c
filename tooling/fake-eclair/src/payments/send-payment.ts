import { setImmediate as nextTurn } from 'node:timers/promises'
import { LightningError, type Payment } from '@lightning-mcp/core'
import type { OutgoingPayment, PaymentType } from '../books/outgoing-book.ts'
import type { EclairNode } from '../eclair-node.ts'
import type { JsonObject } from '../json.ts'
import { bookFailedAttempt, bookFailure, bookPending, bookSettled, type Failure } from './book-payment.ts'

/** What one call asks to be paid. */
export interface SendOrder {
  paymentHash: string
  recipientNodeId: string
  amountMsat: bigint
  maxFeeMsat: bigint
  type: PaymentType
  invoice?: JsonObject | undefined
  externalId?: string | undefined
  payerKey?: string | undefined
  offer?: string | undefined
  /** Its one row has the id of the payment itself. */
  spontaneous?: true
  /** Sends it through the engine. */
  attempt(): Promise<Payment>
}

export const ROUTE_NOT_FOUND = 'route not found'
const REFUSED_BY_RECIPIENT = 'incorrect payment details or unknown payment hash'

/**
 * Starts a payment and answers before anything of it has happened. TRAP: nothing asks whether the
 * hash was paid before, or is being paid now.
 */
export function sendPayment(node: EclairNode, order: SendOrder): { id: string; over: Promise<JsonObject> } {
  const payment = node.outgoing.start({
    paymentHash: order.paymentHash,
    recipientNodeId: order.recipientNodeId,
    amountMsat: order.amountMsat,
    type: order.type,
    startedMs: node.clock.now(),
    externalId: order.externalId,
    invoice: order.invoice,
    payerKey: order.payerKey,
    offer: order.offer,
  })
  const over = run(node, payment, order).then(() => {
    const outcome = payment.outcome as JsonObject
    node.events.publish(outcome)
    return outcome
  })
  over.catch(() => undefined)
  node.unfinished.set(payment.id, over)
  void over.finally(() => node.unfinished.delete(payment.id)).catch(() => undefined)
  return { id: payment.id, over }
}

async function run(node: EclairNode, payment: OutgoingPayment, order: SendOrder): Promise<void> {
  await nextTurn()
  await node.script.pass('before-first-htlc')
  if (node.script.takeFailingAttempt()) {
    await bookFailedAttempt(node, payment)
    await node.script.pass('between-attempts')
  }
  const earlier = await earlierSettled(node, payment)
  if (earlier !== undefined) return payAgain(node, payment, order, earlier)
  const attempt = settle(order.attempt())
  let result = await Promise.race([attempt, nextTurn(undefined)])
  if (result === undefined || ('payment' in result && result.payment.status === 'pending')) {
    const pending = await node.wallet.lookupPayment({ paymentHash: order.paymentHash as never })
    if (pending?.status === 'pending') bookPending(node, payment, order, pending)
    result = await attempt
    // the engine's own time-out ends the waiting, not the payment
    if ('payment' in result && result.payment.status === 'pending')
      result = { payment: await node.engineEvents.over(order.paymentHash) }
  }
  if ('failure' in result) return bookFailure(node, payment, result.failure)
  const { status, failure } = result.payment
  if (status === 'settled') return bookSettled(node, payment, order, result.payment)
  return bookFailure(
    node,
    payment,
    failure?.reason === 'recipient_rejected' || failure?.reason === 'canceled'
      ? { at: 'recipient', text: REFUSED_BY_RECIPIENT }
      : { at: 'here', text: ROUTE_NOT_FOUND },
  )
}

async function settle(attempt: Promise<Payment>): Promise<{ payment: Payment } | { failure: Failure }> {
  try {
    return { payment: await attempt }
  } catch (error) {
    const self = LightningError.is(error) && error.code === 'self_payment'
    return { failure: { at: 'here', text: self ? 'cannot route to self' : ROUTE_NOT_FOUND } }
  }
}

/** Another payment of the same hash that went through; waits for those under way. */
async function earlierSettled(
  node: EclairNode,
  payment: OutgoingPayment,
): Promise<OutgoingPayment | undefined> {
  for (const other of node.outgoing.byHash(payment.paymentHash)) {
    if (other === payment) return undefined
    await node.unfinished.get(other.id)
    if (other.outcome?.['type'] === 'payment-sent') return other
  }
  return undefined
}

/**
 * The hash was paid before. An honest recipient refuses; but whoever on the way has learned the preimage
 * can take the money again, and then it is gone.
 */
async function payAgain(
  node: EclairNode,
  payment: OutgoingPayment,
  order: SendOrder,
  earlier: OutgoingPayment,
): Promise<void> {
  if (!node.takesSecondPayments)
    return bookFailure(node, payment, { at: 'recipient', text: REFUSED_BY_RECIPIENT })
  const again = await node.takeAgain(order)
  if (again === undefined) return bookFailure(node, payment, { at: 'here', text: ROUTE_NOT_FOUND })
  const { paymentPreimage } = earlier.outcome as { paymentPreimage: string }
  return bookSettled(node, payment, order, { ...again, preimage: paymentPreimage as never })
}
