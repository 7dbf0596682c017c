import type { CallOptions } from '../call-options.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Payment } from '../payment.ts'
import type { Msat, UnixSeconds } from '../units.ts'

/** A BOLT 12 offer of this node. */
export interface Offer {
  /** `lno1…` */
  offer: string
  offerId: string
  amountMsat?: Msat
  /** Untrusted text. */
  description?: string
  active: boolean
  expiresAt?: UnixSeconds
}

export interface PayOfferRequest extends CallOptions {
  offer: string
  /** Required if and only if the offer has none. */
  amountMsat?: Msat
  maxFeeMsat: Msat
  payerNote?: string
  timeoutSeconds?: number
}

/** BOLT 12 offers. */
export interface OffersFacet {
  /** Makes an offer that can be paid many times. Requires: `offers.create`. */
  create(
    request: { amountMsat?: Msat; description?: string; expirySeconds?: number } & CallOptions,
  ): Promise<Offer>
  /** Lists this node's offers. Requires: `offers.list`. */
  list(request: PageRequest & CallOptions): Promise<Page<Offer>>
  /** Stops an offer. Requires: `offers.disable`. */
  disable?(request: { offerId: string } & CallOptions): Promise<Offer>
  /**
   * Fetches an invoice for an offer and pays it.
   * Requires: `offers.pay`.
   * Behavior:
   * - As `payInvoice`; a lost reply is `unknown` and is never repeated by the adapter.
   */
  pay?(request: PayOfferRequest): Promise<Payment>
}
