import { addMsat, clampSubMsat, type Msat, msat, type Sat, type TxId, ZERO_MSAT } from '@lightning-mcp/core'

/** Index of one of the two nodes of a channel; 0 opened it. */
export type Side = 0 | 1

export const otherSide = (side: Side): Side => (side === 0 ? 1 : 0)

/** What one side asks for forwarding out of its end. */
export interface ForwardingPolicy {
  feeBaseMsat: Msat
  feeProportionalMillionths: number
  cltvExpiryDelta: number
  minHtlcMsat: Msat
  maxHtlcMsat: Msat
}

export type SimulatedChannelState = 'opening' | 'active' | 'closing' | 'force-closing' | 'closed'

/**
 * A channel as both sides see it. Invariant: both balances and both locked amounts add up to the
 * capacity, always.
 */
export interface SimulatedChannel {
  /** 32 bytes hex (BOLT 2). */
  id: string
  /** Of the newest funding: a splice changes it. */
  fundingTxId: TxId
  fundingOutput: number
  /** Known once the funding transaction is deep enough. */
  shortChannelId?: string
  /** Names; the first opened it and pays for the closing transaction. */
  nodes: readonly [string, string]
  capacitySat: Sat
  balanceMsat: [Msat, Msat]
  /** Offered by that side in HTLCs in flight. */
  lockedMsat: [Msat, Msat]
  htlcs: [number, number]
  reserveMsat: Msat
  policy: [ForwardingPolicy, ForwardingPolicy]
  private: boolean
  state: SimulatedChannelState
  /** The opener's note; nobody else sees it. */
  label?: string
  /** Its newest funding transaction resizes it; what was added carries nothing before that is deep enough. */
  splice?: { txId: TxId; unripeMsat: [Msat, Msat] }
  closing?: { txId: TxId; by: Side; mode: 'cooperative' | 'force' }
}

/** BOLT 2: at most so many HTLCs of one side at a time. */
export const MAX_HTLCS = 483

/** What that side can put into one more HTLC: its balance less the reserve and what a splice is still adding, nothing while the channel is not active. */
export const spendableMsat = (channel: SimulatedChannel, side: Side): Msat =>
  channel.state === 'active' && channel.htlcs[side] < MAX_HTLCS
    ? clampSubMsat(channel.balanceMsat[side], addMsat(channel.reserveMsat, unripeMsat(channel, side)))
    : ZERO_MSAT

const unripeMsat = (channel: SimulatedChannel, side: Side): Msat =>
  channel.splice?.unripeMsat[side] ?? ZERO_MSAT

/** Puts an amount of that side into an HTLC. */
export function lockHtlc(channel: SimulatedChannel, side: Side, amountMsat: Msat): void {
  channel.balanceMsat[side] = msat(channel.balanceMsat[side] - amountMsat)
  channel.lockedMsat[side] = msat(channel.lockedMsat[side] + amountMsat)
  channel.htlcs[side] += 1
}

/** Takes it out again: to the other side if it was settled, back if it failed. */
export function unlockHtlc(
  channel: SimulatedChannel,
  side: Side,
  amountMsat: Msat,
  outcome: 'settled' | 'failed',
): void {
  const to = outcome === 'settled' ? otherSide(side) : side
  channel.lockedMsat[side] = msat(channel.lockedMsat[side] - amountMsat)
  channel.htlcs[side] -= 1
  channel.balanceMsat[to] = msat(channel.balanceMsat[to] + amountMsat)
}

/** BOLT 7: rounded down to the msat. */
export const forwardingFeeMsat = (policy: ForwardingPolicy, amountMsat: Msat): Msat =>
  msat(policy.feeBaseMsat + (amountMsat * BigInt(policy.feeProportionalMillionths)) / 1_000_000n)
