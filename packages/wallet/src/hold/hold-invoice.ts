import type { CallOptions, DescriptionHash, Invoice, Msat, PaymentHash } from '@lightning-mcp/core'

/** Asks for an invoice whose payment is held until it is settled or canceled. */
export interface CreateHoldInvoiceRequest extends CallOptions {
  amountMsat: Msat
  /** Default: the empty text. */
  description?: string
  /** Instead of a description. */
  descriptionHash?: DescriptionHash
  expirySeconds: number
  /** Of a preimage that the caller keeps. Absent: the wallet chooses one and keeps it sealed. */
  paymentHash?: PaymentHash
  /**
   * What the wallet does by itself shortly before a held payment would time out, which would cost a
   * channel. Default `cancel`. `settle` needs a preimage that the wallet keeps.
   */
  onDeadline?: 'cancel' | 'settle'
}

/** An invoice of this wallet whose payment is held. */
export interface HoldInvoice extends Invoice {
  /** Whether the wallet can settle it by itself. */
  keptPreimage: boolean
  onDeadline: 'cancel' | 'settle'
}
