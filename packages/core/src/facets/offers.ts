import type { CallOptions } from '../call-options.ts'
import type { PaymentHash } from '../hex.ts'
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
  /** What {@link OffersFacet.fetchInvoice} answered for this offer: exactly that is paid. Absent: the backend fetches one itself. */
  invoice?: string
}

/** What the owner of an offer answered to a request for an invoice. */
export interface FetchedInvoice {
  /** BOLT 12 text, `lni1…` */
  invoice: string
  paymentHash: PaymentHash
  /** What it asks for; at least what the offer asks. */
  amountMsat: Msat
  expiresAt?: UnixSeconds
}

/** BOLT 12 offers. */
export interface OffersFacet {
  /**
   * Makes an offer that can be paid many times.
   * Requires: `offers.create`.
   * Behavior:
   * - The offer decodes to what was asked: amount, description, expiry, network. [offer-decodes-to-request]
   */
  create(
    request: { amountMsat?: Msat; description?: string; expirySeconds?: number } & CallOptions,
  ): Promise<Offer>
  /**
   * Lists this node's offers.
   * Requires: `offers.list`.
   * Behavior:
   * - Pages join without gap or repetition. [offer-pages-join]
   */
  list(request: PageRequest & CallOptions): Promise<Page<Offer>>
  /**
   * Stops an offer.
   * Requires: `offers.disable`.
   * Behavior:
   * - Until then it is paid as often as anybody likes, from then on never; stopping it again answers the same. [offer-paid-until-disabled]
   */
  disable?(request: { offerId: string } & CallOptions): Promise<Offer>
  /**
   * Asks the owner of an offer for an invoice; pays nothing. With it the hash is known before anything is sent.
   * Requires: `offers.fetchInvoice`.
   * Behavior:
   * - The answer is an invoice of this offer, and paying it pays under its hash. [offer-fetched-invoice-is-paid]
   * - An owner that does not answer throws `unavailable`, one that refuses `recipient_rejected`. [offer-owner-unreachable, offer-owner-refuses]
   */
  fetchInvoice?(
    request: { offer: string; amountMsat?: Msat; payerNote?: string } & CallOptions,
  ): Promise<FetchedInvoice>
  /**
   * Pays an offer: the given invoice of it, or one that the backend fetches itself.
   * Requires: `offers.pay`.
   * Behavior:
   * - As `payInvoice`; a lost reply is `unknown` and is never repeated by the adapter. [offer-pay-unknown-not-repeated]
   * - Amount: required on an offer without one, refused on one that has one. [offer-pay-amount]
   */
  pay?(request: PayOfferRequest): Promise<Payment>
  /**
   * What this node has paid to an offer, newest first, failed and pending ones included: by it a payment
   * is found again whose hash the lost reply had.
   * Requires: `offers.listPayments`.
   * Behavior:
   * - A payment whose reply was lost is in it, once. [offer-lost-payment-listed]
   */
  listPayments?(request: { offer: string } & CallOptions): Promise<readonly Payment[]>
}
