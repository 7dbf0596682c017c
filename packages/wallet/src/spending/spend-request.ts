import type { CallOptions, ChannelRef, Msat, Sat } from '@lightning-mcp/core'
import type { PaymentId, PaymentProgress } from '../wallet.ts'

/** Spending that is not an invoice. */
export type SpendKind =
  | 'keysend'
  | 'offer'
  | 'onchain'
  | 'channel-open'
  | 'channel-close'
  | 'splice-in'
  | 'splice-out'

/** What every spending takes; as of a payment. */
export interface SpendTerms extends CallOptions {
  /** The most that may be paid on top. Absent: the owner's fee limit for the amount. A fee that the backend cannot limit is estimated, and refused above this. */
  maxFeeMsat?: Msat
  /** Unique per account. Reuse it on a retry; leave it out if unsure. */
  idempotencyKey?: string
  /** The spending after which a further one of the same kind, amount and destination is meant. */
  repeatOf?: PaymentId
  /** Binds the spending to what `previewSpend` answered. */
  quoteId?: string
  /** For the owner's own records. */
  memo?: string
  /** The owner's named budget that it belongs to. */
  budget?: string
  /** After this the call answers `pending`; the spending goes on. Default 25, at most 60. */
  waitSeconds?: number
  /** Told at each step; must not throw. */
  onProgress?: (progress: PaymentProgress) => void
  /** Answer at once that the owner has to decide, instead of waiting for the decision. */
  returnAwaitingApproval?: boolean
}

interface OnchainTerms {
  /** Default: the backend's estimate for six blocks. */
  feeRateSatPerVbyte?: number
}

/** Pays a node that has asked for nothing, under a preimage that this wallet chooses and records first. */
export interface KeysendSpend {
  kind: 'keysend'
  /** Node id. */
  payee: string
  amountMsat: Msat
}

/** Pays a BOLT 12 offer: its owner is asked for an invoice, which is pinned before it is paid. */
export interface OfferSpend {
  kind: 'offer'
  /** `lno1…` */
  offer: string
  /** Required if and only if the offer has none. */
  amountMsat?: Msat
  /** For the recipient, who sees it. */
  payerNote?: string
}

/** Pays a bitcoin address from the node's coins. */
export interface OnchainSpend extends OnchainTerms {
  kind: 'onchain'
  address: string
  amountSat: Sat
}

/** Opens a channel. Its capacity less `pushMsat` is the account's own capital and not spent. */
export interface ChannelOpenSpend extends OnchainTerms {
  kind: 'channel-open'
  /** Node id, or `id@host:port`. */
  peer: string
  host?: string
  capacitySat: Sat
  /** Given to the peer: spent. */
  pushMsat?: Msat
  private?: boolean
}

/** Closes a channel; only the fee is spent. */
export interface ChannelCloseSpend extends OnchainTerms {
  kind: 'channel-close'
  channel: ChannelRef
  mode: 'cooperative' | 'force'
}

/** Moves coins into a channel: capital, and not spent. */
export interface SpliceInSpend extends OnchainTerms {
  kind: 'splice-in'
  channel: ChannelRef
  amountSat: Sat
}

/** Pays an address out of a channel: spent, whoever's the address is. */
export interface SpliceOutSpend extends OnchainTerms {
  kind: 'splice-out'
  channel: ChannelRef
  amountSat: Sat
  address: string
}

/** What a caller asks to be spent otherwise than on an invoice. */
export type SpendRequest = SpendTerms &
  (
    | KeysendSpend
    | OfferSpend
    | OnchainSpend
    | ChannelOpenSpend
    | ChannelCloseSpend
    | SpliceInSpend
    | SpliceOutSpend
  )
