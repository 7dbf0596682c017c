/**
 * What LND's messages hold, as the protos in npm `lightning` name it: int64 as decimal text, bytes as
 * Buffer, enums as their names (an unknown one as its number). Only the fields that are read here.
 */
export type Int64 = string
export type Enum = string | number

export interface RawInfo {
  version: string
  identity_pubkey: string
  alias: string
  num_active_channels: number
  num_pending_channels: number
  num_peers: number
  block_height: number
  synced_to_chain: boolean
  synced_to_graph: boolean
  chains: readonly { network: string }[]
  uris: readonly string[]
}

export interface RawAmount {
  sat: Int64
  msat: Int64
}

export interface RawChannelBalance {
  local_balance: RawAmount | null
  remote_balance: RawAmount | null
  unsettled_local_balance: RawAmount | null
  unsettled_remote_balance: RawAmount | null
}

export interface RawWalletBalance {
  confirmed_balance: Int64
  unconfirmed_balance: Int64
  locked_balance: Int64
  reserved_balance_anchor_chan: Int64
}

export interface RawInvoiceHtlc {
  amt_msat: Int64
  expiry_height: number
  state: Enum
}

export interface RawInvoice {
  memo: string
  r_preimage: Buffer
  r_hash: Buffer
  value_msat: Int64
  creation_date: Int64
  settle_date: Int64
  payment_request: string
  description_hash: Buffer
  expiry: Int64
  add_index: Int64
  settle_index: Int64
  amt_paid_msat: Int64
  state: Enum
  htlcs: readonly RawInvoiceHtlc[]
}

export interface RawAddInvoice {
  r_hash: Buffer
  payment_request: string
}

export interface RawHtlcAttempt {
  status: Enum
  resolve_time_ns: Int64
  route: RawRoute | null
}

export interface RawPayment {
  payment_hash: string
  payment_preimage: string
  payment_request: string
  value_msat: Int64
  fee_msat: Int64
  status: Enum
  failure_reason: Enum
  creation_time_ns: Int64
  payment_index: Int64
  htlcs: readonly RawHtlcAttempt[]
}

export interface RawChannelConstraints {
  chan_reserve_sat: Int64
}

export interface RawChannel {
  active: boolean
  remote_pubkey: string
  channel_point: string
  chan_id: Int64
  capacity: Int64
  local_balance: Int64
  remote_balance: Int64
  pending_htlcs: readonly object[]
  private: boolean
  initiator: boolean
  peer_alias: string
  memo: string
  local_constraints: RawChannelConstraints | null
  remote_constraints: RawChannelConstraints | null
}

export interface RawPendingChannel {
  remote_node_pub: string
  channel_point: string
  capacity: Int64
  local_balance: Int64
  remote_balance: Int64
  initiator: Enum
  private: boolean
  memo: string
}

export type RawPendingList = readonly { channel: RawPendingChannel | null; closing_txid?: string }[]

export interface RawPendingChannels {
  pending_open_channels: RawPendingList
  pending_closing_channels: RawPendingList
  waiting_close_channels: RawPendingList
  pending_force_closing_channels: RawPendingList
}

export interface RawClosedChannel {
  channel_point: string
  chan_id: Int64
  remote_pubkey: string
  capacity: Int64
  settled_balance: Int64
  close_height: number
  closing_tx_hash: string
  open_initiator: Enum
}

export interface RawPeer {
  pub_key: string
  address: string
  inbound: boolean
}

export interface RawUtxo {
  address: string
  amount_sat: Int64
  outpoint: { txid_str: string; output_index: number } | null
  confirmations: Int64
}

export interface RawTransaction {
  tx_hash: string
  /** What the wallet gained; negative: lost, its fee included. */
  amount: Int64
  num_confirmations: number
  time_stamp: Int64
  total_fees: Int64
  label: string
  output_details: readonly {
    address: string
    amount: Int64
    is_our_address: boolean
  }[]
}

export interface RawHop {
  chan_id: Int64
  pub_key: string
  amt_to_forward_msat: Int64
  fee_msat: Int64
}

export interface RawRoute {
  total_time_lock: number
  total_fees_msat: Int64
  hops: readonly RawHop[]
}

/** A funding output; the hash in the byte order of the wire, which is not that of explorers. */
export interface RawChannelPoint {
  funding_txid_bytes?: Buffer | null
  output_index: number
}

/** One of them. */
export interface RawCloseUpdate {
  close_pending?: { txid: Buffer } | null
  chan_close?: { closing_txid: Buffer } | null
}
