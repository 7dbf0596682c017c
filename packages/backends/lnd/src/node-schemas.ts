import type { Enum, Int64 } from './schemas.ts'

/** Messages of LND that are about the node rather than its payments; as in `schemas.ts`. */

export interface RawFailedUpdate {
  reason: Enum
  update_error: string
}

/** What a probe with real HTLCs found out. */
export interface RawProbe {
  routing_fee_msat: Int64
  failure_reason: Enum
}

export interface RawNodeInfo {
  node: {
    pub_key: string
    alias: string
    last_update: number
    addresses: readonly { addr: string }[]
  } | null
  num_channels: number
  total_capacity: Int64
  /** Where they were asked for: the announced ones. */
  channels: readonly RawEdge[]
}

export interface RawPolicy {
  time_lock_delta: number
  min_htlc: Int64
  max_htlc_msat: Int64
  fee_base_msat: Int64
  fee_rate_milli_msat: Int64
}

/** A channel as the network sees it, with the policies of its ends. */
export interface RawEdge {
  channel_id: Int64
  node1_pub: string
  node1_policy: RawPolicy | null
  node2_policy: RawPolicy | null
}

export interface RawForward {
  chan_id_in: Int64
  chan_id_out: Int64
  amt_in_msat: Int64
  amt_out_msat: Int64
  fee_msat: Int64
  timestamp_ns: Int64
}

export interface RawForwards {
  forwarding_events: readonly RawForward[]
  last_offset_index: number
}

/** In whole sats, rounded down by LND. */
export interface RawFeeReport {
  day_fee_sum: Int64
  week_fee_sum: Int64
  month_fee_sum: Int64
}

export interface RawVerified {
  valid: boolean
  pubkey: string
}

export interface RawBackup {
  multi_chan_backup: { multi_chan_backup: Buffer } | null
}

export interface RawTower {
  pubkey: Buffer
  addresses: readonly string[]
  session_info: readonly { active_session_candidate: boolean; num_sessions: number }[]
}

export interface RawTowerStats {
  num_backups: number
  num_pending_backups: number
  num_failed_backups: number
  num_sessions_acquired: number
}
