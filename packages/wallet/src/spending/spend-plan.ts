import type { ChannelRef, Msat, NodeId, PaymentHash, Preimage, Sat } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import type { FeeFacts } from '../limits.ts'

/** Chosen by us; a secret until the payment has settled. Absent where the backend chooses its own. */
export interface KeysendDetails {
  preimage?: Preimage
  /** The backend chooses the preimage and keeps labels: ours is `labelOf(intent)`. */
  labelled?: boolean
}

export interface OfferDetails {
  /** `lno1…` */
  offer: string
  /** The offer says how much. */
  hasAmount: boolean
  /** Present where the backend fetches the invoice itself, unseen: payments of the offer that were there before. */
  known?: readonly string[]
}

/** What tells our transaction or channel from others like it, where the backend keeps no labels. */
interface Recognition {
  /** The backend keeps labels: ours is `labelOf(intent)`. */
  labelled: boolean
  /** Transactions or channels that look like ours and were there before. */
  known: readonly string[]
}

export interface OnchainDetails extends Recognition {
  address: string
  amountSat: Sat
  feeRateSatPerVbyte: number
}

export interface ChannelOpenDetails extends Recognition {
  peer: NodeId
  host?: string
  capacitySat: Sat
  pushMsat: Msat
  private: boolean
  feeRateSatPerVbyte: number
}

export interface ChannelCloseDetails {
  channel: ChannelRef
  mode: 'cooperative' | 'force'
  feeRateSatPerVbyte: number
  /** Our side when it was asked for. Where outputs are not told, what of it does not come back is the fee. */
  localMsat: Msat
  /** What of it could be sent over Lightning, as far as that is told. */
  spendableMsat?: Msat
  /** What the closing transaction does not pay out of it is its fee. */
  capacitySat?: Sat
  initiator?: 'local' | 'remote'
}

export interface SpliceDetails {
  channel: ChannelRef
  amountSat: Sat
  address?: string
  /** Absent where the backend chooses it. */
  feeRateSatPerVbyte?: number
  /** As it was before. */
  capacitySat: Sat
  fundingOutpoint?: string
}

/** What its fee is judged by. */
export interface SpendCost {
  fees?: FeeFacts
  /** What a share of the fee limit is taken of, where that is more than what moves. */
  feeBaseMsat?: Msat
}

/** What became known of it. */
export interface SpendResult {
  txId?: string
  /** The channel that was opened or changed. */
  channel?: ChannelRef
}

/** What one attempt is bound to; recorded before anything is sent. */
export interface SpendPlan {
  paymentHash?: PaymentHash
  payee?: string
  /** Untrusted text from the recipient. Cleaned. */
  description?: string
  /** An invoice has to be fetched and pinned before anything is sent. */
  mints?: true
  details: Readonly<Record<string, unknown>>
}

/** Of whatever kind of intent; an invoice has none. */
export const termsOf = ({ details }: { details?: Intent['details'] | undefined }): SpendCost => details ?? {}

/** The note by which a backend that keeps labels finds an attempt again. */
export const labelOf = ({ paymentId, attempt }: Pick<Intent, 'paymentId' | 'attempt'>): string =>
  `${paymentId}/${attempt}`

/** Reads what the plan wrote. Each kind knows the form of its own. */
export const detailsOf = <T extends object>({ details }: Pick<Intent, 'details'>): T & SpendResult =>
  (details ?? {}) as T & SpendResult
