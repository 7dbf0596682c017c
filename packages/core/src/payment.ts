import type { CallOptions } from './call-options.ts'
import type { NodeId, PaymentHash, Preimage } from './hex.ts'
import type { Msat, UnixSeconds } from './units.ts'
import type { Warning } from './warning.ts'

/**
 * What became of a payment. `pending`: the node says that it is under way. `unknown`: nobody can
 * say; look it up, never send it again and never call it failed.
 */
export type PaymentStatus = 'settled' | 'pending' | 'failed' | 'unknown'

export type FailureReason =
  | 'no_route'
  | 'fee_limit_exceeded'
  | 'insufficient_balance'
  | 'timeout'
  | 'recipient_rejected'
  | 'invoice_expired'
  | 'canceled'
  | 'other'

/** Why a payment failed, for good. */
export interface PaymentFailure {
  reason: FailureReason
  /** The backend's words: untrusted, redacted, capped. */
  detail?: string
  /** Whether the same hash may be paid in a new attempt (false where the backend burns it: a fresh invoice is needed). */
  sameHashRetryable: boolean
}

/** A payment as its backend knows it now. */
export interface Payment {
  paymentHash: PaymentHash
  status: PaymentStatus
  /** What the recipient gets, without fees. Absent where an `unknown` payment's backend cannot tell. */
  amountMsat?: Msat
  /** What was paid on top. Present once known, never guessed. */
  feeMsat?: Msat
  /** True while parts are still in flight and the fee may grow: book the reserved maximum until it is final. */
  feeProvisional?: boolean
  /** Of a settled payment: the proof of payment. SHA-256 of it is `paymentHash`, checked by the adapter. */
  preimage?: Preimage
  /** Present if and only if `failed`. */
  failure?: PaymentFailure
  createdAt?: UnixSeconds
  settledAt?: UnixSeconds
  /** HTLCs used. */
  parts?: number
  /** The backend's own id where it has one beside the hash. */
  backendId?: string
  warnings?: readonly Warning[]
}

/** Asks to pay a BOLT 11 invoice. */
export interface PayInvoiceRequest extends CallOptions {
  /** BOLT 11 text. */
  invoice: string
  /** Required if and only if the invoice has no amount. */
  amountMsat?: Msat
  /** The most that may be paid on top. Zero: only a free route will do. */
  maxFeeMsat: Msat
  /** After this the backend starts no further attempt (default 60). HTLCs in flight may still settle much later. */
  timeoutSeconds?: number
  /** Capability `payInvoice.maxParts`. */
  maxParts?: number
  /** Short channel ids that may be used first (capability `payInvoice.outgoingChannels`). */
  outgoingChannels?: readonly string[]
  /** The node before the payee (capability `payInvoice.lastHop`). */
  lastHop?: NodeId
  /** Pay an invoice of this same node (capability `payInvoice.self`). */
  allowSelfPayment?: boolean
}

/**
 * By hash; by the backend's own id where its profile says `lookup: 'id'`; or by the label of a keysend
 * payment where it says `keepsPaymentLabels`, among those made since the given time.
 */
export type PaymentKey =
  | { paymentHash: PaymentHash }
  | { backendId: string }
  | { label: string; since: UnixSeconds }
