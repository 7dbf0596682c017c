import type {
  DescriptionHash,
  InvoiceStatus,
  Msat,
  PaymentHash,
  Preimage,
  UnixSeconds,
} from '@lightning-mcp/core'

/** An invoice of one node, as that node keeps it. `expired` is told by the clock and never stored. */
export interface SimulatedInvoice {
  kind: 'invoice'
  /** Unique in the network and growing: the order of the history. */
  sequence: number
  node: string
  paymentHash: PaymentHash
  /** Absent: a hold invoice whose owner has not given it out yet. */
  preimage?: Preimage
  /** BOLT 11 text. Absent: asked for by an offer, or money that came without being asked for (keysend). */
  invoice?: string
  /** The offer that it was made for. */
  offerId?: string
  paymentSecret: string
  amountMsat?: Msat
  description?: string
  descriptionHash?: DescriptionHash
  finalCltvDelta: number
  createdAt: UnixSeconds
  expiresAt: UnixSeconds
  status: Exclude<InvoiceStatus, 'expired'>
  receivedMsat?: Msat
  settledAt?: UnixSeconds
  /** Sequence of the payment whose parts it holds or took. */
  paidBy?: number
  htlcExpiryHeight?: number
}

export const invoiceStatus = (invoice: SimulatedInvoice, nowSeconds: number): InvoiceStatus =>
  invoice.status === 'open' && nowSeconds >= invoice.expiresAt ? 'expired' : invoice.status
