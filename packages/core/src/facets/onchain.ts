import type { OnchainBalance } from '../balance.ts'
import type { CallOptions } from '../call-options.ts'
import type { TxId } from '../hex.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Sat, UnixSeconds } from '../units.ts'

export interface Utxo {
  outpoint: string
  amountSat: Sat
  address?: string
  confirmations: number
}

/** One output of a transaction. */
export interface OnchainOutput {
  /** Absent where the script has none. */
  address?: string
  amountSat: Sat
  /** Whether it pays this wallet itself, where the backend tells. */
  own?: boolean
}

export interface OnchainTransaction {
  txId: TxId
  /** Positive: received; negative: sent, fee included. */
  netSat: bigint
  feeSat?: Sat
  confirmations: number
  createdAt?: UnixSeconds
  /** What the sender noted, where the profile says `keepsLabels`. Text from outside where somebody else set it. */
  label?: string
  /** Where the money went, the own change included. Absent where the backend does not tell. */
  outputs?: readonly OnchainOutput[]
}

export interface SendOnchainRequest extends CallOptions {
  address: string
  amountSat: Sat
  feeRateSatPerVbyte?: number
  /** The sender's own note, seen by nobody else, by which a lost sending is found again. Ignored where the profile does not say `keepsLabels`. */
  label?: string
}

/** `unknown`: look through the transactions, never send again. */
export interface OnchainSend {
  status: 'broadcast' | 'failed' | 'unknown'
  txId?: TxId
  detail?: string
}

/** The on-chain wallet of a node. */
export interface OnchainFacet {
  /** Requires: `onchain.getBalance`. */
  getBalance(request: CallOptions): Promise<OnchainBalance>
  /**
   * A fresh address of this wallet.
   * Requires: `onchain.newAddress`.
   * Behavior:
   * - Each is an address of the network, and never the same twice. [onchain-addresses-are-fresh]
   */
  newAddress?(request: { type?: 'p2wpkh' | 'p2tr' } & CallOptions): Promise<string>
  /**
   * Requires: `onchain.send`.
   * Behavior:
   * - The transaction is listed, and the balance falls by amount and fee. [onchain-send-is-listed]
   * - A lost reply is `unknown` and is never repeated by the adapter. [onchain-send-reply-lost-not-repeated]
   */
  send?(request: SendOnchainRequest): Promise<OnchainSend>
  /**
   * Requires: `onchain.listUtxos`.
   * Behavior:
   * - The coins add up to the balance. [onchain-utxos-add-up]
   */
  listUtxos?(request: CallOptions): Promise<readonly Utxo[]>
  /** Requires: `onchain.listTransactions`. */
  listTransactions?(request: PageRequest & CallOptions): Promise<Page<OnchainTransaction>>
  /**
   * Sat per virtual byte for confirmation within each number of blocks.
   * Requires: `onchain.estimateFees`.
   * Behavior:
   * - Every target has a rate above zero, and no patience costs more. [onchain-fee-rates-fall-with-patience]
   */
  estimateFees?(
    request: { targets: readonly number[] } & CallOptions,
  ): Promise<Readonly<Record<number, number>>>
}
