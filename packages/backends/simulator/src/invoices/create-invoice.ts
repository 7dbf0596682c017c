import { createHash } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import {
  type DescriptionHash,
  LightningError,
  type Msat,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
} from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes, nodePrivateKey } from '../nodes/keys.ts'
import type { SimulatedInvoice } from './invoice.ts'

export interface InvoiceOrder {
  node: string
  amountMsat?: Msat | undefined
  description?: string | undefined
  descriptionHash?: DescriptionHash | undefined
  expirySeconds: number
  preimage?: Preimage | undefined
  /** A hold invoice: its owner keeps the preimage. */
  paymentHash?: PaymentHash | undefined
}

/** What LND asks for by default; hold invoices need more time before their HTLCs run out. */
export const FINAL_CLTV_DELTA = 80

export const hashOf = (secret: Preimage): PaymentHash =>
  paymentHash(createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex'))

/** Signs an invoice and writes it into the node's books. */
export function createInvoice(state: NetworkState, order: InvoiceOrder): SimulatedInvoice {
  const invoice = draftInvoice(state, order)
  invoice.invoice = encodeInvoice(
    {
      network: 'regtest',
      paymentHash: invoice.paymentHash,
      paymentSecret: invoice.paymentSecret,
      createdAt: invoice.createdAt,
      expirySeconds: order.expirySeconds,
      minFinalCltvDelta: FINAL_CLTV_DELTA,
      ...(invoice.amountMsat === undefined ? {} : { amountMsat: invoice.amountMsat }),
      ...(invoice.description === undefined ? {} : { description: invoice.description }),
      ...(invoice.descriptionHash === undefined ? {} : { descriptionHash: invoice.descriptionHash }),
    },
    nodePrivateKey(state.seed, order.node),
  )
  state.add({ type: 'invoice', value: invoice })
  return invoice
}

/** An open invoice that has no text yet and is in no book. */
export function draftInvoice(state: NetworkState, order: InvoiceOrder): SimulatedInvoice {
  const node = state.node(order.node)
  node.preimages += 1
  state.changed({ type: 'node', value: node })
  const fresh = (what: string): string =>
    Buffer.from(deriveBytes(state.seed, what, node.name, node.preimages)).toString('hex')
  const secret = order.paymentHash === undefined ? (order.preimage ?? preimage(fresh('preimage'))) : undefined
  const hash = order.paymentHash ?? hashOf(secret as Preimage)
  if (state.invoices.get(node.name)?.has(hash) === true)
    throw new LightningError({
      code: 'already_exists',
      message: 'this wallet has an invoice with that payment hash',
      hint: 'Look the invoice up by its payment hash, or use another preimage.',
    })
  const invoice: SimulatedInvoice = {
    kind: 'invoice',
    sequence: state.nextSequence(),
    node: node.name,
    paymentHash: hash,
    paymentSecret: fresh('payment-secret'),
    finalCltvDelta: FINAL_CLTV_DELTA,
    createdAt: state.now(),
    expiresAt: state.now() + order.expirySeconds,
    status: 'open',
  }
  if (secret !== undefined) invoice.preimage = secret
  if (order.amountMsat !== undefined) invoice.amountMsat = order.amountMsat
  if (order.descriptionHash !== undefined) invoice.descriptionHash = order.descriptionHash
  else invoice.description = order.description ?? ''
  return invoice
}
