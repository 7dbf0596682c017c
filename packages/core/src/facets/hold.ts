import type { CallOptions } from '../call-options.ts'
import type { PaymentHash, Preimage } from '../hex.ts'
import type { CreateInvoiceRequest, Invoice } from '../invoice.ts'

export interface CreateHoldInvoiceRequest extends Omit<CreateInvoiceRequest, 'preimage'> {
  /** Hash of a preimage that the caller keeps. */
  paymentHash: PaymentHash
}

/** Invoices whose HTLCs are held until their owner decides. */
export interface HoldFacet {
  /**
   * Makes an invoice for a hash whose preimage the backend does not know.
   * Requires: `hold.create`.
   * Behavior:
   * - An incoming payment is held as `accepted` until settled or canceled. [hold-accept-settle]
   * - An accepted one tells the block height at which it times out, where the backend tells its own height. [hold-tells-its-deadline]
   */
  create(request: CreateHoldInvoiceRequest): Promise<Invoice>
  /**
   * Takes the money by giving out the preimage.
   * Requires: `hold.settle`.
   * Behavior:
   * - An accepted invoice becomes `settled`; settling it again answers the same. [hold-accept-settle]
   * - A preimage of no accepted invoice throws `not_found`. [hold-accept-settle]
   */
  settle(request: { preimage: Preimage } & CallOptions): Promise<Invoice>
  /**
   * Sends the money back.
   * Requires: `hold.cancel`.
   * Behavior:
   * - The payer's payment fails and the invoice is `canceled`; canceling it again answers the same. [hold-accept-cancel]
   */
  cancel(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice>
}

/** Ordinary invoices that can be withdrawn. */
export interface InvoicesFacet {
  /**
   * Makes an open invoice unpayable.
   * Requires: `invoices.cancel`.
   * Behavior:
   * - An open invoice becomes `canceled`; a settled one throws `already_paid`. [cancel-open-invoice]
   */
  cancel(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice>
}
