/**
 * What Eclair answers, as far as it is read here. Nothing of it is believed: every value goes through a
 * reader of to-core.ts or of its mapper, which throws `protocol_error` for what cannot be right.
 * Amounts are bare integers in msat, sat where the name says so; bigint above 2^53.
 */
export type RawAmount = number | bigint

/** Seconds; `iso` has milliseconds. */
export interface RawTime {
  unix: number
}

/** `getinfo` */
export interface RawInfo {
  version: string
  nodeId: string
  alias: string
  network: string
  blockHeight: number
  publicAddresses: readonly string[]
}

/** `channelbalances`, `usablebalances` */
export interface RawChannelBalance {
  remoteNodeId: string
  canSend: RawAmount
  canReceive: RawAmount
  isPublic: boolean
  isEnabled: boolean
}

/** `onchainbalance`, in sat */
export interface RawOnchainBalance {
  confirmed: RawAmount
  unconfirmed: RawAmount
}

/** An invoice, as `createinvoice` and the lists answer it. One that an offer was paid by is of BOLT 12. */
export interface RawInvoice {
  timestamp?: number
  serialized: string
  description?: string
  descriptionHash?: string
  paymentHash: string
  expiry?: number
  /** BOLT 12, seconds. */
  createdAt?: number
  expiresAt?: number
  amount?: RawAmount
}

/** `getreceivedinfo`, `listreceivedpayments` */
export interface RawReceived {
  invoice: RawInvoice
  paymentPreimage?: string
  createdAt: RawTime
  status:
    | { type: 'pending' }
    | { type: 'expired' }
    | { type: 'received'; amount: RawAmount; receivedAt: RawTime }
}

/** One attempt or part of `getsentinfo`. */
export interface RawSentPart {
  id: string
  /** The UUID that the sending call answered. */
  parentId: string
  paymentHash: string
  /** `placeholder`: a payment is being made, and no part of it is under way now. */
  paymentType: string
  amount: RawAmount
  recipientAmount: RawAmount
  recipientNodeId?: string
  createdAt: RawTime
  invoice?: { serialized?: string; description?: string }
  status: RawSentStatus
}

export type RawSentStatus =
  | { type: 'pending' }
  | { type: 'sent'; paymentPreimage: string; feesPaid: RawAmount; completedAt: RawTime }
  | {
      type: 'failed'
      failures: readonly { failureType: string; failureMessage: string; failedNode?: string }[]
      completedAt: RawTime
    }
