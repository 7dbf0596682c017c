import type { Balance } from './balance.ts'
import type { CallOptions } from './call-options.ts'
import type { Capabilities } from './capabilities.ts'
import type { LightningEvent, WatchRequest } from './events.ts'
import type { ChannelsFacet, SplicingFacet } from './facets/channels.ts'
import type { HoldFacet, InvoicesFacet } from './facets/hold.ts'
import type { KeysendFacet } from './facets/keysend.ts'
import type {
  BackupFacet,
  ForwardsFacet,
  GraphFacet,
  MessagesFacet,
  WatchtowersFacet,
} from './facets/node.ts'
import type { OffersFacet } from './facets/offers.ts'
import type { OnchainFacet } from './facets/onchain.ts'
import type { PeersFacet } from './facets/peers.ts'
import type { RoutingFacet } from './facets/routing.ts'
import type { PaymentHash } from './hex.ts'
import type { CreateInvoiceRequest, Invoice } from './invoice.ts'
import type { NodeInfo } from './node-info.ts'
import type { Page } from './page.ts'
import type { PayInvoiceRequest, Payment, PaymentKey } from './payment.ts'
import type { BackendProfile } from './profile.ts'
import type { ListTransactionsRequest, Transaction } from './transaction.ts'
import type { Msat } from './units.ts'

/**
 * A Lightning node or wallet service. Every adapter implements this and nothing else; each
 * `Behavior` bullet is a case of `@lightning-mcp/backend-testkit`, named in brackets.
 *
 * A facet is present if this backend, this version and this credential can do it; an operation
 * inside a facet likewise. There are no stubs that throw. Before `connect()` facets stand as
 * declared; `connect()` takes away what it learns is missing.
 */
export interface LightningBackend extends BackendFacets {
  /** `lnd`, `cln`, `simulator` …: the name by which it is chosen. */
  readonly kind: string
  /** Declared, and narrowed by `connect()`. */
  readonly capabilities: Capabilities

  /**
   * Reaches the backend and learns who it is and what may be done. May be called again.
   *
   * Behavior:
   * - The network is one of core's names. [info-network-normalised]
   * - A backend that cannot be reached throws `unavailable`. [unreachable-is-unavailable]
   * - A refused credential throws `unauthenticated`. [bad-credential-unauthenticated]
   * - A locked or starting node throws `not_ready`. [wallet-locked-not-ready]
   * - A weaker credential narrows capabilities and drops facets. [readonly-credential-profile, receive-only-credential-profile]
   * - No error and no log line holds the credential. [secrets-absent-from-errors-and-logs]
   */
  connect(options?: CallOptions): Promise<BackendProfile>

  /** Who answers, now. Requires: `getInfo`. */
  getInfo(options?: CallOptions): Promise<NodeInfo>

  /**
   * What the wallet holds.
   * Requires: `getBalance`.
   * Behavior:
   * - Amounts are exact to the msat where the backend's are, also above 2^53. [balance-msat-exact, balance-above-2^53-msat]
   */
  getBalance(options?: CallOptions): Promise<Balance>

  /**
   * Makes an invoice.
   * Requires: `createInvoice`, and the capability of each argument used.
   * Behavior:
   * - The invoice decodes to what was asked: amount, description, expiry, network. [create-fixed, create-expiry-honoured, returned-invoice-decodes-to-request]
   * - Without an amount the payer chooses, or it is refused before any I/O. [create-amountless-or-unsupported]
   * - A description hash is written as given. [create-description-hash]
   * - A sub-sat amount on a sat-only backend throws `sub_sat_amount`. [sub-sat-on-sat-backend-rejected]
   * - The answer holds no preimage. [preimage-hidden-until-settled]
   */
  createInvoice(request: CreateInvoiceRequest): Promise<Invoice>

  /**
   * Reads one of this wallet's invoices.
   * Requires: `lookupInvoice`.
   * Behavior:
   * - An unpaid one is `open`, and `expired` by the clock once its time is over. [lookup-open, lookup-expired-by-clock]
   * - A paid one is `settled`, with the amount that arrived. [lookup-settled-with-received-amount, lookup-overpaid]
   * - An unknown hash is `undefined`. [lookup-unknown-undefined]
   */
  lookupInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined>

  /**
   * Pays a BOLT 11 invoice. Throws only with `sent: 'no'`; once a byte may have left it answers a
   * `Payment`, `unknown` where it cannot tell. When it answers, this call's connection will carry
   * nothing more of the request.
   *
   * Requires: `payInvoice`, and the capability of each argument used.
   * Behavior:
   * - A settled payment has a preimage that hashes to the payment hash, and its exact fee. [pay-settles-with-preimage-that-hashes, fee-in-msat-from-sat-backend]
   * - Amount: required on an amountless invoice, refused on a fixed one. [pay-amountless-needs-amount, pay-fixed-refuses-amount]
   * - Expired, malformed or of another network: refused, nothing sent. [pay-expired-not-sent, pay-wrong-network-not-sent]
   * - Parts, outgoing channels and last hop are obeyed where they are declared. [max-parts-is-obeyed, outgoing-channel-is-used, last-hop-is-obeyed]
   * - Never pays more than `maxFeeMsat` on top where the profile says `enforced`. [max-fee-zero, max-fee-exact-boundary, max-fee-exceeded-fails-safe]
   * - `failed` only if no part can still settle. [no-route-safe, insufficient-balance-safe, recipient-rejects]
   * - A lost connection, an abort, a time-out or an odd reply after sending is `unknown` or `pending`. [connection-lost-after-send-unknown-then-settled, connection-lost-after-send-unknown-then-failed, reply-timeout-with-htlc-held-pending, abort-signal-does-not-mark-failed, malformed-reply-unknown, error-reply-while-part-in-flight-is-pending]
   * - A connection refused before sending throws `unavailable`. [connection-lost-before-send-unavailable]
   * - With `duplicateGuard: 'by-hash'` a hash that is pending or paid is not sent again: `in_progress` or `already_paid`,
   *   whose `sent: 'yes'` speaks of the earlier payment. [by-hash-guard-refuses-second-send]
   */
  payInvoice(request: PayInvoiceRequest): Promise<Payment>

  /**
   * Asks what became of a payment.
   * Requires: `lookupPayment`.
   * Behavior:
   * - `undefined`: the backend has no record of it now, which proves nothing by itself. [lookup-not-found-once-then-appears]
   * - Several parts are one payment with the sum of their amounts and fees. [partial-mpp-success-counts-all-parts]
   */
  lookupPayment(key: PaymentKey & CallOptions): Promise<Payment | undefined>

  /**
   * The history, newest first.
   * Requires: `listTransactions`.
   * Behavior:
   * - Pages join without gap or repetition, also while new entries arrive. [page-forward-no-gap-no-duplicate, page-stable-while-new-arrive]
   * - Failed and pending are included, the oldest too; amounts are positive, times are seconds. [include-failed-and-pending, old-items-beyond-default-window, outgoing-sign-normalised, timestamps-in-seconds]
   */
  listTransactions(request: ListTransactionsRequest): Promise<Page<Transaction>>

  /**
   * Events from now on, until the signal aborts or `close()`. The stream is live once the first `next()` has been called.
   * Requires: `watch`.
   * Behavior:
   * - A settled invoice or payment is told once. [event-settled-once]
   * - A broken stream reconnects with growing delays and tells a `gap`. [event-gap-healed-by-reconcile, reconnect-with-backoff]
   * - A forged or repeated event changes nothing that a look-up would not show. [forged-event-ignored]
   * - A slow reader costs bounded memory. [slow-consumer-bounded]
   */
  watch(request?: WatchRequest): AsyncIterable<LightningEvent>

  /**
   * The most that a payment of this amount can cost on top, where the profile says `feeLimit: 'reserve-only'`.
   * Behavior:
   * - No later fee for the amount is larger. [fee-limit-unsupported-declared]
   */
  estimateWorstFee?(request: { amountMsat: Msat } & CallOptions): Promise<Msat>

  /**
   * Lets go of connections; running streams end. May be called twice.
   * Behavior:
   * - No socket or timer stays. [close-ends-streams-and-sockets]
   */
  close(): Promise<void>
}

/** Optional abilities. */
export interface BackendFacets {
  readonly invoices?: InvoicesFacet | undefined
  readonly hold?: HoldFacet | undefined
  readonly offers?: OffersFacet | undefined
  readonly keysend?: KeysendFacet | undefined
  readonly routing?: RoutingFacet | undefined
  readonly channels?: ChannelsFacet | undefined
  readonly splicing?: SplicingFacet | undefined
  readonly peers?: PeersFacet | undefined
  readonly onchain?: OnchainFacet | undefined
  readonly graph?: GraphFacet | undefined
  readonly forwards?: ForwardsFacet | undefined
  readonly messages?: MessagesFacet | undefined
  readonly watchtowers?: WatchtowersFacet | undefined
  readonly backup?: BackupFacet | undefined
}
