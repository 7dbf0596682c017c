import type { CallOptions } from '../call-options.ts'
import type { NodeId, TxId } from '../hex.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Msat, Sat } from '../units.ts'

/** A channel has several names; a backend fills in those that it knows. */
export interface ChannelRef {
  /** `563x1x0` */
  shortChannelId?: string
  /** `txid:vout` */
  fundingOutpoint?: string
  /** 32 bytes hex (BOLT 2 channel_id). */
  channelId?: string
}

export type ChannelState = 'opening' | 'active' | 'inactive' | 'closing' | 'force-closing' | 'closed'

export interface Channel extends ChannelRef {
  peer: NodeId
  /** Untrusted text. */
  peerAlias?: string
  state: ChannelState
  capacitySat: Sat
  localMsat: Msat
  remoteMsat: Msat
  /** Less reserve, commitment fee and HTLCs in flight. */
  spendableMsat?: Msat
  receivableMsat?: Msat
  private: boolean
  initiator?: 'local' | 'remote'
  pendingHtlcs?: number
  policy?: ChannelPolicy
  /** What the opener noted, where the profile says `keepsLabels`. */
  label?: string
  /** Of one that is closing or closed. */
  closingTxId?: TxId
}

export interface ChannelPolicy {
  feeBaseMsat: Msat
  feeProportionalMillionths: number
  cltvExpiryDelta: number
  minHtlcMsat?: Msat
  maxHtlcMsat?: Msat
}

export interface OpenChannelRequest extends CallOptions {
  peer: NodeId
  host?: string
  capacitySat: Sat
  /** Given to the peer: spent. */
  pushMsat?: Msat
  feeRateSatPerVbyte?: number
  /** The most that the opening may cost on the chain. Ignored where the profile does not say `capsOpeningFee`. */
  maxFeeSat?: Sat
  private?: boolean
  /** The opener's own note, seen by nobody else, by which a lost opening is found again. Ignored where the profile does not say `keepsLabels`. */
  label?: string
}

/** What became of an opening or closing. `unknown`: look into the pending list, never open again. */
export interface ChannelOperation extends ChannelRef {
  status: 'pending' | 'done' | 'failed' | 'unknown'
  txId?: TxId
  detail?: string
}

/** Channels of this node. Reading is the facet; each way of changing them is there only if the credential may. */
export interface ChannelsFacet {
  /**
   * Open channels, active or not.
   * Requires: `channels.list`.
   * Behavior:
   * - Amounts are exact msat; states are normalised. [channel-states-normalised]
   */
  list(request: PageRequest & CallOptions): Promise<Page<Channel>>
  /** Channels that are opening or closing. Requires: `channels.listPending`. */
  listPending?(request: CallOptions): Promise<readonly Channel[]>
  /**
   * Requires: `channels.listClosed`.
   * Behavior:
   * - A channel is in it once its closing is confirmed. [closed-channel-is-listed]
   */
  listClosed?(request: PageRequest & CallOptions): Promise<Page<Channel>>
  /**
   * Opens a channel.
   * Requires: `channels.open`.
   * Behavior:
   * - Throws only if nothing was sent; a lost reply is `unknown` and is never repeated by the adapter. [open-reply-lost-not-reopened]
   * - The channel is pending until enough blocks are mined, and active then. [opened-channel-becomes-active]
   */
  open?(request: OpenChannelRequest): Promise<ChannelOperation>
  /**
   * Closes a channel; `mode` is explicit.
   * Requires: `channels.close`.
   * Behavior:
   * - A cooperative close never turns into a forced one by itself. [close-coop-vs-force-explicit]
   */
  close?(
    request: {
      channel: ChannelRef
      mode: 'cooperative' | 'force'
      feeRateSatPerVbyte?: number
    } & CallOptions,
  ): Promise<ChannelOperation>
  /**
   * Requires: `channels.updatePolicy`.
   * Behavior:
   * - The list tells the new policy. [policy-update-is-listed]
   */
  updatePolicy?(request: { channel: ChannelRef | 'all'; policy: ChannelPolicy } & CallOptions): Promise<void>
}

/**
 * Changing a channel's size in place. From the moment a splice's transaction is broadcast, lists tell
 * the channel's new `fundingOutpoint` and `capacitySat`; its `channelId` stays.
 */
export interface SplicingFacet {
  /**
   * Moves coins of the on-chain wallet into a channel; the fee is paid on top, from those coins.
   * Requires: `splicing.spliceIn`.
   * Behavior:
   * - The channel grows by exactly the amount. [splice-moves-amount-exactly]
   * - A lost reply is `unknown` and is never repeated by the adapter. [splice-reply-lost-not-repeated]
   */
  spliceIn(
    request: { channel: ChannelRef; amountSat: Sat; feeRateSatPerVbyte?: number } & CallOptions,
  ): Promise<ChannelOperation>
  /**
   * Pays an address out of a channel; the fee is paid on top, from the channel.
   * Requires: `splicing.spliceOut`.
   * Behavior:
   * - The channel shrinks by exactly amount and fee. [splice-moves-amount-exactly]
   * - A lost reply is `unknown` and is never repeated by the adapter. [splice-reply-lost-not-repeated]
   */
  spliceOut(
    request: {
      channel: ChannelRef
      amountSat: Sat
      address: string
      feeRateSatPerVbyte?: number
    } & CallOptions,
  ): Promise<ChannelOperation>
}
