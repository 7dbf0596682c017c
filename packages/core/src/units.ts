import { LightningError } from './lightning-error.ts'

declare const unit: unique symbol

/** An amount in millisatoshi: the one unit inside. 1 sat = 1000 msat. Always a `bigint`, never a float. */
export type Msat = bigint & { readonly [unit]: 'msat' }

/** A whole amount in satoshi, for the edges that know no smaller unit (on-chain, tool inputs). */
export type Sat = bigint & { readonly [unit]: 'sat' }

/** A time in seconds since 1970-01-01 UTC, as BOLT 11 counts it. */
export type UnixSeconds = number

/** 21 million BTC in msat: no amount in Bitcoin can be larger. */
export const MAX_MSAT = 2_100_000_000_000_000_000n as Msat

/** Brands a bigint as msat. Throws `invalid_request` when negative or above 21 million BTC. */
export function msat(value: bigint): Msat {
  if (value < 0n || value > MAX_MSAT)
    throw new LightningError({
      code: 'invalid_request',
      message: `${value} msat is not an amount: it must lie between 0 and ${MAX_MSAT}`,
      hint: 'Give a non-negative amount of at most 21 million BTC.',
    })
  return value as Msat
}

/** Brands a bigint as whole sats, in the same range as {@link msat}. */
export function sat(value: bigint): Sat {
  msat(value * 1000n)
  return value as Sat
}

/** Exact: every sat is 1000 msat. */
export const satToMsat = (amountSat: bigint): Msat => msat(amountSat * 1000n)

/** Rounds down: for balances and incoming amounts shown in sats, so that nobody is shown money that is not there. */
export const msatToSatFloor = (amountMsat: Msat): Sat => (amountMsat / 1000n) as Sat

/** Rounds up: for outgoing amounts and fees shown in sats, so that nothing costs more than it said. */
export const msatToSatCeil = (amountMsat: Msat): Sat => ((amountMsat + 999n) / 1000n) as Sat

/** Converts for a sat-only backend. Throws `sub_sat_amount` instead of rounding. */
export function msatToSatExact(amountMsat: Msat): Sat {
  if (amountMsat % 1000n !== 0n)
    throw new LightningError({
      code: 'sub_sat_amount',
      message: `${amountMsat} msat is not a whole number of sats, and this backend knows no smaller unit`,
      hint: 'Use an amount in whole sats.',
    })
  return (amountMsat / 1000n) as Sat
}

/** Sum of amounts; throws like {@link msat} when it leaves the range. */
export const addMsat = (...amounts: readonly Msat[]): Msat =>
  msat(amounts.reduce((sum: bigint, a) => sum + a, 0n))

/** `a - b`; throws `invalid_request` below zero. Use {@link clampSubMsat} where zero is the right floor. */
export const subMsat = (a: Msat, b: Msat): Msat => msat(a - b)

/** `max(0, a - b)`. */
export const clampSubMsat = (a: Msat, b: Msat): Msat => (a > b ? ((a - b) as Msat) : ZERO_MSAT)

export const ZERO_MSAT = 0n as Msat
