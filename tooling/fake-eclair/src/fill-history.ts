import { createHash, randomBytes } from 'node:crypto'
import { INVOICE_FEATURES } from './books/invoice-json.ts'
import { capturedAnswer } from './captures.ts'
import type { EclairNode } from './eclair-node.ts'
import { digits, type JsonObject } from './json.ts'
import { bookPast } from './payments/book-past.ts'
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
  for (let index = 0; index < sent; index += 1) {
    const secret = secretAndHash()
    const atMs = timeOf(index, sent)
    bookPast(node, {
      ...secret,
      recipientNodeId: peer,
      amountMsat: BigInt(1000 + index),
      feesMsat: FEE_MSAT,
      atMs,
      invoice: invoiceOf(peer, secret.paymentHash, index, atMs),
    })
  }
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
