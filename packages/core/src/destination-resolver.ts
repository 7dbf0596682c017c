import type { CallOptions } from './call-options.ts'
import type { Network } from './network.ts'
import type { Msat } from './units.ts'
import type { Warning } from './warning.ts'

export interface ResolveDestinationRequest extends CallOptions {
  /** `name@domain`, or an LNURL (`lnurl1…`, `lnurlp://…`, https URL). */
  destination: string
  amountMsat: Msat
  /** Shown to the recipient; refused when longer than the service allows. */
  comment?: string
  /** The paying wallet's: an invoice for another network is refused with `wrong_network`. */
  network?: Network
}

/** What a destination may be paid with, before any invoice is made. */
export interface DestinationTerms {
  domain: string
  minMsat: Msat
  maxMsat: Msat
  /** 0: none. */
  commentAllowed: number
  /** Untrusted text. */
  description: string
}

/** An invoice that a service made for us. Already checked: its amount is the one asked for. */
export interface MintedInvoice extends DestinationTerms {
  invoice: string
  /** Untrusted, shown after the payment settles. */
  successMessage?: string
  warnings: readonly Warning[]
}

/** Turns what a person pastes into an invoice, over the network. The wallet is given one. */
export interface DestinationResolver {
  /** Asks for the terms only; makes nothing. */
  describe(request: { destination: string } & CallOptions): Promise<DestinationTerms>
  /** Has an invoice made. Throws `LightningError` with `sent: 'no'`: nothing was paid. */
  mint(request: ResolveDestinationRequest): Promise<MintedInvoice>
}
