import { type Balance, type Msat, type OnchainBalance, satToMsat, ZERO_MSAT } from '@lightning-mcp/core'
import { reserve } from './facets/channels.ts'
import type { RawAmount, RawChannel, RawChannelBalance } from './schemas.ts'
import { toMsat } from './to-core.ts'

/**
 * LND has exact sums over all channels, and whole sats with the reserve for each channel. So what
 * cannot be used (reserves, and channels whose peer is away) is subtracted from the exact sum.
 */
export function toBalance(
  sums: RawChannelBalance,
  channels: readonly RawChannel[],
  onchain: OnchainBalance | undefined,
): Balance {
  const local = exact(sums.local_balance)
  const remote = exact(sums.remote_balance)
  return {
    spendableMsat: less(local, channels.map(unusableLocal)),
    receivableMsat: less(remote, channels.map(unusableRemote)),
    // LND names them by whose they will be once settled: https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (ChannelBalance)
    pendingOutgoingMsat: exact(sums.unsettled_remote_balance),
    pendingIncomingMsat: exact(sums.unsettled_local_balance),
    channelsMsat: local,
    ...(onchain === undefined ? {} : { onchain }),
  }
}

const exact = (amount: RawAmount | null): Msat => (amount === null ? ZERO_MSAT : toMsat(amount.msat))

const less = (sum: Msat, parts: readonly bigint[]): Msat => {
  const rest = parts.reduce((left, part) => left - part, sum as bigint)
  return rest > 0n ? (rest as Msat) : ZERO_MSAT
}

const unusableLocal = (channel: RawChannel): bigint =>
  unusable(channel.active, satToMsat(BigInt(channel.local_balance)), reserve(channel.local_constraints))

const unusableRemote = (channel: RawChannel): bigint =>
  unusable(channel.active, satToMsat(BigInt(channel.remote_balance)), reserve(channel.remote_constraints))

/** An inactive channel's balance is known in whole sats only: round up what is taken off. */
const unusable = (active: boolean, balance: Msat, kept: Msat): bigint =>
  active ? (balance < kept ? balance : kept) : balance + 999n
