import { createHash, randomBytes } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import { msat, type PaymentHash, type Preimage, paymentHash, preimage } from '@lightning-mcp/core'
import type { FakeNode } from './fake-node.ts'

export interface HistoryOrder {
  /** Payments that were made long ago. */
  payments?: number
  /** Invoices that were paid long ago. */
  invoices?: number
}

const AMOUNT_MSAT = 21_000n
const FEE_MSAT = 21n
const EXPIRY_SECONDS = 3600

/**
 * Writes a long history into the tables alone: no money moves and no HTLC is made, so that ten thousand
 * entries take a moment. The payments are keysends, which have no text; those of invoices are signed
 * when they are first asked for.
 */
export function fillHistory(node: FakeNode, { payments = 0, invoices = 0 }: HistoryOrder): void {
  const key = randomBytes(32)
  const start = node.now() - Math.max(payments, invoices)
  const destination = node.network.nodes.find(({ nodeId }) => nodeId !== node.id)?.nodeId
  for (let index = 0; index < payments; index += 1) {
    const entry = createEntry(key, start + index)
    const group = node.payments.begin({
      paymentHash: entry.hash,
      destination,
      amountMsat: AMOUNT_MSAT,
      expectedSentMsat: AMOUNT_MSAT + FEE_MSAT,
      label: `history-${start + index}-${index}`,
    })
    group.createdAt = start + index
    for (const part of group.parts) {
      node.payments.finish(part, 'complete', entry.preimage)
      part.completedAt = start + index
    }
  }
  for (let index = 0; index < invoices; index += 1) {
    const entry = createEntry(key, start + index)
    const row = node.invoices.add({
      label: `history-${start + index}-${index}`,
      text: () => ({ bolt11: entry.text() }),
      paymentHash: entry.hash,
      amountMsat: AMOUNT_MSAT,
      description: 'history',
      expiresAt: start + index + EXPIRY_SECONDS,
    })
    node.invoices.pay(row, {
      paymentHash: entry.hash,
      status: 'settled',
      createdAt: start + index,
      expiresAt: start + index + EXPIRY_SECONDS,
      receivedMsat: msat(AMOUNT_MSAT),
      settledAt: start + index,
      preimage: entry.preimage,
    })
  }
}

interface Entry {
  readonly hash: PaymentHash
  readonly preimage: Preimage
  readonly text: () => string
}

function createEntry(key: Uint8Array, createdAt: number): Entry {
  const secret = randomBytes(32)
  const hash = paymentHash(createHash('sha256').update(secret).digest('hex'))
  let text: string | undefined
  return {
    hash,
    preimage: preimage(secret.toString('hex')),
    text: () => {
      text ??= encodeInvoice(
        {
          network: 'regtest',
          paymentHash: hash,
          paymentSecret: hash,
          createdAt,
          amountMsat: msat(AMOUNT_MSAT),
          description: 'history',
          expirySeconds: EXPIRY_SECONDS,
        },
        key,
      )
      return text
    },
  }
}
