import type { CallOptions } from '../call-options.ts'
import type { NodeId, Preimage } from '../hex.ts'
import type { Payment } from '../payment.ts'
import type { Msat } from '../units.ts'

export interface KeysendRequest extends CallOptions {
  destination: NodeId
  amountMsat: Msat
  maxFeeMsat: Msat
  /** Chosen and recorded by the caller first, so that the hash is known; ignored where the profile says `keysendChoosesPreimage`. */
  preimage: Preimage
  /** The payer's own note, seen by nobody else, by which a lost payment is found again. Ignored where the profile does not say `keepsPaymentLabels`. */
  label?: string
  timeoutSeconds?: number
}

/** Payments without an invoice (bLIP 3). */
export interface KeysendFacet {
  /**
   * Pays a node that has asked for nothing.
   * Requires: `keysend.send`.
   * Behavior:
   * - As `payInvoice`, under the hash of the given preimage. [keysend-records-hash-first]
   * - With `keepsPaymentLabels` a look-up by its label finds it, and no other. [keysend-found-by-label]
   */
  send(request: KeysendRequest): Promise<Payment>
}
