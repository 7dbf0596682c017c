import type { Msat, NodeId, PaymentHash } from '@lightning-mcp/core'

/** An invoice of the other side. */
export interface CounterpartyInvoice {
  invoice: string
  paymentHash: PaymentHash
}

export interface CounterpartyInvoiceRequest {
  /** Absent: the payer chooses. */
  amountMsat?: Msat
  description?: string
  /** Default 3600. */
  expirySeconds?: number
}

/** Somebody else's node or wallet, driven by the kit: pays the backend's invoices and makes some for it to pay. */
export interface Counterparty {
  readonly nodeId: NodeId
  createInvoice(request: CounterpartyInvoiceRequest): Promise<CounterpartyInvoice>
  /** Pays (`amountMsat`: of an amountless invoice). Resolves once settled, rejects once failed. */
  pay(request: { invoice: string; amountMsat?: Msat }): Promise<void>
  /** Pays more than a fixed invoice asks for. */
  overpay?(request: { invoice: string; amountMsat: Msat }): Promise<void>
  /** What has arrived here under the hash, in all. Tells a payment made twice. */
  received?(paymentHash: PaymentHash): Promise<Msat>
  /** Makes an invoice of this node unpayable, so that a payment of it is rejected by the recipient. */
  cancelInvoice?(paymentHash: PaymentHash): Promise<void>
  readonly hold?: CounterpartyHold
  /** A BOLT 12 offer of this node. */
  createOffer?(request: { amountMsat?: Msat }): Promise<string>
  /** Stops an offer of this node: it refuses every request for an invoice from now on. */
  disableOffer?(offer: string): Promise<void>
  /** Pays an offer of the backend (`amountMsat`: of one without). Resolves once settled, rejects once failed or refused. */
  payOffer?(request: { offer: string; amountMsat?: Msat }): Promise<void>
}

/** Invoices whose HTLCs the other side holds for as long as the kit wants. */
export interface CounterpartyHold {
  createInvoice(request: CounterpartyInvoiceRequest & { amountMsat: Msat }): Promise<CounterpartyInvoice>
  /** Resolves once the whole amount is held here. */
  accepted(paymentHash: PaymentHash): Promise<void>
  settle(paymentHash: PaymentHash): Promise<void>
  cancel(paymentHash: PaymentHash): Promise<void>
}
