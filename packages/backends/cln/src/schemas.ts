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
  label?: string
  destination?: string
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
  state_changes?: readonly { new_state?: string }[]
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

export interface RawClosedChannel {
  peer_id?: string
  channel_id: string
  short_channel_id?: string
  opener?: string
  private?: boolean
  funding_txid: string
  funding_outnum: number
  total_msat: Integer
  final_to_us_msat: Integer
  last_commitment_txid?: string
}

export interface RawAddress {
  type?: string
  address?: string
  port?: number
}

export interface RawPeer {
  id: string
  connected: boolean
  netaddr?: readonly string[]
}

export interface RawTransaction {
  hash: string
  /** 0 while unconfirmed. */
  blockheight: number
  txindex?: number
  inputs: readonly { txid: string; index: number }[]
  outputs: readonly { index: number; amount_msat: Integer; scriptPubKey: string }[]
}

export interface RawOffer {
  offer_id: string
  active: boolean
  bolt12: string
  description?: string
}

export interface RawHop {
  node_id_out?: string
  next_node_id?: string
  short_channel_id_dir: string
  /** What leaves the node before the hop. */
  amount_msat?: Integer
  amount_in_msat?: Integer
  amount_out_msat?: Integer
  delay?: number
  cltv_in?: number
}

export interface RawRoutes {
  routes: readonly { amount_msat: Integer; final_cltv: number; path: readonly RawHop[] }[]
}

/** Of the older getroute. */
export interface RawRouteHop {
  id: string
  channel: string
  amount_msat: Integer
  delay: number
}

export interface RawNode {
  nodeid: string
  alias?: string
  last_timestamp?: number
  addresses?: readonly RawAddress[]
}

export interface RawForward {
  created_index?: number
  in_channel: string
  out_channel?: string
  in_msat: Integer
  out_msat?: Integer
  fee_msat?: Integer
  status: string
  received_time: number
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
  offer: RawOffer
  listoffers: { offers: readonly RawOffer[] }
  disableoffer: RawOffer
  fetchinvoice: { invoice: string }
  getroutes: RawRoutes
  getroute: { route: readonly RawRouteHop[] }
  listclosedchannels: { closedchannels: readonly RawClosedChannel[] }
  fundchannel: { txid?: string; outnum?: number; channel_id?: string }
  close: { type?: string; txids?: readonly string[]; txid?: string }
  setchannel: object
  splicein: { txid?: string }
  spliceout: { txid?: string }
  connect: { id: string; direction?: string; address?: RawAddress }
  disconnect: object
  listpeers: { peers: readonly RawPeer[] }
  newaddr: { bech32?: string; p2tr?: string }
  listaddresses: { addresses?: readonly { bech32?: string; p2tr?: string }[] }
  withdraw: { txid?: string }
  feerates: { perkb?: { splice?: number; estimates?: readonly { blockcount: number; feerate: number }[] } }
  listtransactions: { transactions: readonly RawTransaction[] }
  listnodes: { nodes: readonly RawNode[] }
  listchannels: { channels: readonly { short_channel_id: string; amount_msat: Integer }[] }
  listforwards: { forwards: readonly RawForward[] }
  signmessage: { zbase: string }
  checkmessage: { pubkey?: string; verified: boolean }
  staticbackup: { scb: readonly string[] }
}
