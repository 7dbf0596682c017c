/**
 * What Core Lightning answers: only the fields that are read here. Integers are numbers, and bigints
 * beyond 2^53. Everything may be missing from a broken or hostile answer: `to-core` checks.
 */
export type Integer = number | bigint

export interface RawInfo {
  id: string
  alias?: string
  version: string
  network: string
  blockheight: number
  num_peers?: number
  num_pending_channels?: number
  num_active_channels?: number
  address?: readonly { type: string; address?: string; port?: number }[]
  /** Present while the chain is being caught up with. */
  warning_bitcoind_sync?: string
  warning_lightningd_sync?: string
}

export interface RawInvoice {
  label: string
  bolt11?: string
  bolt12?: string
  payment_hash: string
  amount_msat?: Integer
  status: string
  pay_index?: number
  amount_received_msat?: Integer
  paid_at?: number
  payment_preimage?: string
  description?: string
  expires_at: number
  created_index?: number
  updated_index?: number
}

export interface RawCreatedInvoice {
  payment_hash: string
  expires_at: number
  bolt11: string
  [warning: `warning_${string}`]: string
}

/** Of xpay and xkeysend; `pay` and `keysend` add the rest. */
export interface RawPaid {
  payment_preimage: string
  amount_msat: Integer
  amount_sent_msat: Integer
  failed_parts?: number
  successful_parts?: number
  payment_hash?: string
  status?: string
  parts?: number
  created_at?: number
}

/** One HTLC of ours, in listsendpays. */
export interface RawPart {
  created_index: number
  updated_index?: number
  payment_hash: string
  groupid?: Integer
  partid?: Integer
  amount_msat?: Integer
  amount_sent_msat: Integer
  created_at: number
  completed_at?: number
  status: string
  payment_preimage?: string
  bolt11?: string
  bolt12?: string
  description?: string
  label?: string
}

/** One attempt, in listpays. */
export interface RawPay {
  payment_hash: string
  status: string
  amount_msat?: Integer
  amount_sent_msat?: Integer
  created_at: number
  bolt11?: string
  bolt12?: string
  label?: string
}

export interface RawHtlc {
  direction: string
  amount_msat: Integer
}

export interface RawChannelUpdate {
  htlc_minimum_msat: Integer
  htlc_maximum_msat: Integer
  cltv_expiry_delta: number
  fee_base_msat: Integer
  fee_proportional_millionths: number
}

export interface RawChannel {
  peer_id: string
  peer_connected: boolean
  state: string
  short_channel_id?: string
  channel_id?: string
  funding_txid?: string
  funding_outnum?: number
  private?: boolean
  opener?: string
  closer?: string
  to_us_msat?: Integer
  total_msat?: Integer
  spendable_msat?: Integer
  receivable_msat?: Integer
  scratch_txid?: string
  htlcs?: readonly RawHtlc[]
  updates?: { local?: RawChannelUpdate }
  inflight?: readonly RawInflight[]
  status?: readonly string[]
}

/** A splice whose transaction is out and not deep enough yet. */
export interface RawInflight {
  funding_txid: string
  funding_outnum: number
  total_funding_msat: Integer
  our_funding_msat: Integer
  /** In sat; negative for a splice-out. */
  splice_amount?: Integer
}

export interface RawOutput {
  txid: string
  output: number
  amount_msat: Integer
  address?: string
  status: string
  blockheight?: number
  reserved: boolean
}

/** Replies of the calls, by name. */
export interface Replies {
  getinfo: RawInfo
  help: { help?: readonly { command: string }[] }
  listpeerchannels: { channels: readonly RawChannel[] }
  listfunds: { outputs: readonly RawOutput[] }
  invoice: RawCreatedInvoice
  listinvoices: { invoices: readonly RawInvoice[] }
  delinvoice: RawInvoice
  xpay: RawPaid
  pay: RawPaid
  xkeysend: RawPaid
  keysend: RawPaid
  listpays: { pays: readonly RawPay[] }
  listsendpays: { payments: readonly RawPart[] }
  wait: { created?: number; updated?: number; deleted?: number }
  waitanyinvoice: RawInvoice
  [other: string]: unknown
}
