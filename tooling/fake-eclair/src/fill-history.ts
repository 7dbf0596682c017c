import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { INVOICE_FEATURES } from './books/invoice-json.ts'
import { capturedAnswer } from './captures.ts'
import type { EclairNode } from './eclair-node.ts'
import { digits, type JsonObject } from './json.ts'
import { moment } from './times.ts'

const captured = capturedAnswer('createinvoice')
const FEE_MSAT = 1000n

/** So many rows of each kind. */
export interface HistorySize {
  sent?: number
  /** Invoices of its own that were paid. */
  received?: number
  /** Invoices of its own that have expired. */
  expired?: number
}

/**
 * Writes payments of the past into the books, one a minute up to now, without moving money: for lists
 * that are long. Their invoices are no real ones (`serialized` is the same for all, and signs nothing).
 * Call it before anything else happens: books are kept in order of time.
 */
export function fillHistory(node: EclairNode, { sent = 0, received = 0, expired = 0 }: HistorySize): void {
  const nowMs = node.clock.now()
  const timeOf = (index: number, of: number): number => nowMs - (of - index) * 60_000
  const [peer = node.nodeId] = node.network.nodes
    .map(({ nodeId }) => nodeId as string)
    .filter((id) => id !== node.nodeId)
  for (let index = 0; index < sent; index += 1) addSent(node, peer, index, timeOf(index, sent))
  const own = received + expired
  for (let index = 0; index < own; index += 1) addOwn(node, index, timeOf(index, own), index < received)
}

const secretAndHash = (): { preimage: string; paymentHash: string } => {
  const secret = randomBytes(32)
  return {
    preimage: secret.toString('hex'),
    paymentHash: createHash('sha256').update(secret).digest('hex'),
  }
}

const invoiceOf = (payee: string, paymentHash: string, index: number, atMs: number): JsonObject => ({
  ...captured,
  timestamp: Math.floor(atMs / 1000),
  nodeId: payee,
  description: `past payment ${index}`,
  paymentHash,
  expiry: 30,
  amount: 1000 + index,
  features: INVOICE_FEATURES,
})

function addSent(node: EclairNode, peer: string, index: number, atMs: number): void {
  const { preimage, paymentHash } = secretAndHash()
  const amountMsat = BigInt(1000 + index)
  const payment = node.outgoing.start({
    paymentHash,
    recipientNodeId: peer,
    amountMsat,
    type: 'Standard',
    startedMs: atMs,
    invoice: invoiceOf(peer, paymentHash, index, atMs),
  })
  const id = randomUUID()
  payment.rows.push({
    id,
    amountMsat,
    createdMs: atMs,
    status: { type: 'sent', preimage, feesMsat: FEE_MSAT, route: [], completedMs: atMs },
  })
  const times = { startedAt: moment(atMs), settledAt: moment(atMs) }
  node.outgoing.settled(
    payment,
    {
      type: 'payment-sent',
      id: payment.id,
      paymentHash,
      paymentPreimage: preimage,
      recipientAmount: digits(amountMsat),
      recipientNodeId: peer,
      parts: [
        {
          id,
          ...partChannel(node, peer),
          amountWithFees: digits(amountMsat + FEE_MSAT),
          fees: digits(FEE_MSAT),
          ...times,
        },
      ],
      fees: digits(FEE_MSAT),
      ...times,
    },
    atMs,
  )
}

const partChannel = (node: EclairNode, peer: string): JsonObject => ({
  channelId: node.anyChannel()['channelId'],
  nextNodeId: peer,
})

function addOwn(node: EclairNode, index: number, atMs: number, isReceived: boolean): void {
  const { preimage, paymentHash } = secretAndHash()
  const row = {
    paymentHash,
    preimage,
    type: 'Standard' as const,
    invoice: invoiceOf(node.nodeId, paymentHash, index, atMs),
    createdMs: atMs,
    expiresMs: atMs + 30_000,
  }
  node.incoming.add(row)
  if (!isReceived) return
  const amountMsat = BigInt(1000 + index)
  node.incoming.take(row, amountMsat, atMs, {
    type: 'payment-received',
    paymentHash,
    parts: [{ ...node.anyChannel(), amount: digits(amountMsat), receivedAt: moment(atMs) }],
  })
}
