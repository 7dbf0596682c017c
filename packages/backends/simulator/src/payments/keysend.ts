import { type Preimage, preimage } from '@lightning-mcp/core'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { SimulatedInvoice } from '../invoices/invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes } from '../nodes/keys.ts'
import type { SimulatedPayment } from './payment.ts'

/** A preimage that the payer's node chooses itself. */
export function choosePreimage(state: NetworkState, name: string): Preimage {
  const node = state.node(name)
  node.preimages += 1
  state.changed({ type: 'node', value: node })
  return preimage(bytesToHex(deriveBytes(state.seed, 'keysend-preimage', name, node.preimages)))
}

/** What a recipient notes down for money that nobody asked for (bLIP 3); the preimage came with the HTLC. */
export function keysendInvoice(state: NetworkState, payment: SimulatedPayment): SimulatedInvoice | undefined {
  const recipient = state.nodesById.get(payment.destination)
  if (payment.keysendPreimage === undefined || recipient === undefined) return undefined
  const invoice: SimulatedInvoice = {
    kind: 'invoice',
    sequence: state.nextSequence(),
    node: recipient.name,
    paymentHash: payment.paymentHash,
    preimage: payment.keysendPreimage,
    paymentSecret: '',
    amountMsat: payment.amountMsat,
    finalCltvDelta: 18,
    createdAt: state.now(),
    expiresAt: state.now() + 3600,
    status: 'open',
  }
  state.add({ type: 'invoice', value: invoice })
  return invoice
}
