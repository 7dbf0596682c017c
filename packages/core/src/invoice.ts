import type { CallOptions } from './call-options.ts'
import type { DescriptionHash, PaymentHash, Preimage } from './hex.ts'
import type { Msat, UnixSeconds } from './units.ts'
import type { Warning } from './warning.ts'

/** `accepted`: a hold invoice whose HTLCs have arrived and wait to be settled or canceled. */
export type InvoiceStatus = 'open' | 'accepted' | 'settled' | 'expired' | 'canceled'

/** Asks for an invoice. Exactly one of `description` and `descriptionHash` reaches the invoice. */
export interface CreateInvoiceRequest extends CallOptions {
  /** Absent or undefined: the payer chooses the amount (capability `createInvoice.amountless`). */
  amountMsat?: Msat
  /** Default: the empty text. */
  description?: string
  /** Instead of a description (capability `createInvoice.descriptionHash`). */
  descriptionHash?: DescriptionHash
  /** Seconds until it expires. Always given: backends' own defaults differ from an hour to a week. */
  expirySeconds: number
  /** Own preimage (capability `createInvoice.preimage`). A second create with it answers `already_exists`. */
  preimage?: Preimage
  /** Whether to write private channels into route hints (capability `createInvoice.privateHints`). */
  privateHints?: boolean
}

/** An invoice of this wallet, as its backend knows it now. */
export interface Invoice {
  /** BOLT 11 text. Absent only where a backend keeps no text for an invoice it looks up. */
  invoice?: string
  paymentHash: PaymentHash
  status: InvoiceStatus
  /** What was asked for; absent on an amountless invoice. */
  amountMsat?: Msat
  /** What has arrived, exactly; may be more than was asked. Present from `accepted` on. */
  receivedMsat?: Msat
  description?: string
  descriptionHash?: DescriptionHash
  createdAt: UnixSeconds
  expiresAt: UnixSeconds
  settledAt?: UnixSeconds
  /** Only of a settled invoice: adapters strip it from every other, whatever their backend returns. */
  preimage?: Preimage
  /** Block height at which an accepted HTLC times out: settle or cancel well before it. */
  htlcExpiryHeight?: number
  warnings?: readonly Warning[]
}
