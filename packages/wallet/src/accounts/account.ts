import {
  type BackendIdentity,
  type DescriptionHash,
  LightningError,
  type Msat,
  type Network,
  type PaymentHash,
} from '@lightning-mcp/core'

/**
 * `own`: the account is its backend connection, and what that can spend is its money. `tracked`: its
 * money is what the ledger says, on a backend that it shares with others.
 */
export type AccountKind = 'own' | 'tracked'

/** Whose money it is, and on which backend. */
export interface Account {
  name: string
  kind: AccountKind
  backendKind: string
  backendNetwork: Network
  backendId: string
  createdAtMs: number
  /** It takes and spends nothing more. What still arrives is its own all the same. */
  closedAtMs?: number
}

export type OwnInvoiceState = 'open' | 'settled' | 'expired' | 'canceled'

/** An invoice that an account of this ledger made. */
export interface OwnInvoice {
  paymentHash: PaymentHash
  account: string
  backendKind: string
  backendNetwork: Network
  backendId: string
  state: OwnInvoiceState
  /** BOLT 11 text. */
  invoice?: string
  /** Absent where the text does not say. */
  payee?: string
  /** Absent: the payer chooses. */
  amountMsat?: Msat
  description?: string
  descriptionHash?: DescriptionHash
  /** Present where this server chose the preimage; readable with the data folder's key alone. */
  sealedPreimage?: string
  receivedMsat?: Msat
  /** Paid by another account of this ledger; the backend calls it canceled. */
  settledInside: boolean
  createdAtMs: number
  expiresAtMs: number
  settledAtMs?: number
  /** 0: no more by itself. */
  nextLookAtMs: number
  looks: number
}

/** What the owner gave to a tracked account (positive) or took from it (negative). */
export interface AccountTransfer {
  /** Random: the same document books once. */
  nonce: string
  account: string
  amountMsat: bigint
  atMs: number
  note?: string
  /** The owner's, over the `account-transfer` document. */
  signature?: string
}

/** An account as the gates see it, with what it holds. */
export interface AccountHolding {
  name: string
  kind: AccountKind
  closed: boolean
  fundsMsat: bigint
  reservedMsat: bigint
}

export const DEFAULT_ACCOUNT = 'default'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Throws `invalid_request` unless it is 1 to 64 of the letters, digits, `-`, `_`, `.`, beginning with a letter or digit. */
export function accountName(text: string): string {
  if (typeof text === 'string' && NAME.test(text)) return text
  throw new LightningError({
    code: 'invalid_request',
    message: 'not a name for an account',
    hint: 'Use 1 to 64 letters, digits and the characters - _ . and begin with a letter or digit.',
  })
}

/** The columns that name a backend. */
export const backendColumns = ({ kind, network, id }: BackendIdentity) => ({
  backendKind: kind,
  backendNetwork: network,
  backendId: id,
})
