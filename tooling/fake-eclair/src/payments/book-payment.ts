import { randomUUID } from 'node:crypto'
import type { Channel, Payment } from '@lightning-mcp/core'
import { BLINDED_NODE_ID, blindedHopJson } from '../books/bolt12-json.ts'
import type { OutgoingPayment, PaymentRow, RowHop } from '../books/outgoing-book.ts'
import { paymentSent } from '../books/payment-outcome.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type JsonObject } from '../json.ts'
import { findPaths, fullHops } from '../routes.ts'
import { moment } from '../times.ts'
import type { SendOrder } from './send-payment.ts'

/** Where a payment ended, and Eclair's words for it. */
export interface Failure {
  at: 'here' | 'recipient'
  text: string
}

/** Writes a pending row for each HTLC. */
export function bookPending(
  node: EclairNode,
  payment: OutgoingPayment,
  order: SendOrder,
  engine: Payment,
): void {
  const amounts = split(payment.amountMsat, engine.parts ?? 1)
  for (const amountMsat of amounts)
    payment.rows.push({
      id: order.spontaneous === true ? payment.id : randomUUID(),
      amountMsat,
      createdMs: node.clock.now(),
      status: { type: 'pending' },
    })
}

/** The payment went through: each row gets its part of the fee, and the event its parts. */
export async function bookSettled(
  node: EclairNode,
  payment: OutgoingPayment,
  order: SendOrder,
  engine: Payment,
): Promise<void> {
  const [path] = await findPaths(node, payment.recipientNodeId, payment.amountMsat)
  const { items: channels } = await node.wallet.channels!.list({ limit: 1000 })
  const completedMs = node.clock.now()
  if (!payment.rows.some(isPending)) bookPending(node, payment, order, engine)
  const rows = payment.rows.filter(isPending)
  const fees = split(engine.feeMsat ?? 0n, rows.length)
  const preimage = engine.preimage as string
  const parts = rows.map((row, index) => {
    const hops = path?.hops ?? [directHop(node, payment)]
    const channel = channelOf(channels, hops[0], index)
    const feesMsat = fees[index] as bigint
    const blinded = payment.type === 'Blinded'
    const route = blinded ? [...hops, { nodeId: payment.recipientNodeId, nextNodeId: BLINDED_NODE_ID }] : hops
    row.status = { type: 'sent', preimage, feesMsat, route, completedMs }
    return {
      id: row.id,
      channelId: channel?.channelId,
      nextNodeId: channel?.peer ?? hops[0]?.nextNodeId,
      amountMsat: row.amountMsat,
      feesMsat,
      route: [
        ...fullHops(hops, 'params'),
        ...(blinded ? [blindedHopJson(payment.recipientNodeId, row.amountMsat)] : []),
      ],
      startedMs: row.createdMs,
    }
  })
  const outcome = paymentSent(payment, {
    preimage,
    feesMsat: engine.feeMsat ?? 0n,
    parts,
    settledMs: completedMs,
  })
  node.outgoing.settled(payment, outcome, completedMs)
}

/** One attempt came back from a node on the way; the payment goes on. */
export async function bookFailedAttempt(node: EclairNode, payment: OutgoingPayment): Promise<void> {
  const [path] = await findPaths(node, payment.recipientNodeId, payment.amountMsat)
  const hops = path?.hops ?? [directHop(node, payment)]
  payment.rows.push({
    id: randomUUID(),
    amountMsat: payment.amountMsat,
    createdMs: node.clock.now(),
    status: {
      type: 'failed',
      failureType: 'Remote',
      text: 'channel is currently unavailable',
      route: hops,
      failedNode: hops[0]?.nextNodeId ?? payment.recipientNodeId,
      completedMs: node.clock.now(),
    },
  })
}

/** The payment is over and nothing went through. */
export async function bookFailure(
  node: EclairNode,
  payment: OutgoingPayment,
  { at, text }: Failure,
): Promise<void> {
  const [path] = at === 'here' ? [] : await findPaths(node, payment.recipientNodeId, payment.amountMsat)
  const hops = at === 'here' ? [] : (path?.hops ?? [directHop(node, payment)])
  const completedMs = node.clock.now()
  const failed = {
    type: 'failed' as const,
    text,
    route: hops,
    completedMs,
    ...(at === 'here'
      ? { failureType: 'Local' as const }
      : { failureType: 'Remote' as const, failedNode: payment.recipientNodeId }),
  }
  const pending = payment.rows.filter(isPending)
  for (const row of pending) row.status = failed
  // an attempt that never became an HTLC is stored under the payment's own id
  if (pending.length === 0)
    payment.rows.push({
      id: at === 'here' ? payment.id : randomUUID(),
      amountMsat: payment.amountMsat,
      createdMs: payment.startedMs,
      status: failed,
    })
  node.outgoing.failed(payment, {
    type: 'payment-failed',
    id: payment.id,
    paymentHash: payment.paymentHash,
    failures: [failureJson(payment, hops, at, text, completedMs)],
    startedAt: moment(payment.startedMs),
    settledAt: moment(completedMs),
  })
}

const failureJson = (
  payment: OutgoingPayment,
  hops: readonly RowHop[],
  at: Failure['at'],
  text: string,
  failedMs: number,
): JsonObject => ({
  amount: digits(payment.amountMsat),
  route: fullHops(hops, 'params'),
  ...(at === 'here'
    ? { t: text }
    : {
        e: { originNode: payment.recipientNodeId, index: hops.length, failureMessage: text },
        startedAt: moment(payment.startedMs),
        failedAt: moment(failedMs),
      }),
})

const isPending = ({ status }: PaymentRow): boolean => status.type === 'pending'

const directHop = (node: EclairNode, payment: OutgoingPayment): RowHop => ({
  nodeId: node.nodeId,
  nextNodeId: payment.recipientNodeId,
  shortChannelId: '0x0x0',
})

/** The channels to the first hop in turn: parts travel by different ones. */
function channelOf(
  channels: readonly Channel[],
  hop: RowHop | undefined,
  index: number,
): Channel | undefined {
  const candidates = channels.filter(({ peer }) => peer === hop?.nextNodeId)
  const first = candidates.findIndex(({ shortChannelId }) => shortChannelId === hop?.shortChannelId)
  return candidates[(Math.max(first, 0) + index) % candidates.length]
}

/** Even parts; the first takes what is left over. */
function split(total: bigint, count: number): readonly bigint[] {
  const each = total / BigInt(count)
  return Array.from({ length: count }, (_, index) => (index === 0 ? total - each * BigInt(count - 1) : each))
}
