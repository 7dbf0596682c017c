import { LightningError, type Msat, msat, satToMsat } from '@lightning-mcp/core'

/** A fee cap that grows with the amount: the larger of a share of it and a floor. */
export interface FeeCap {
  partsPerMillion: number
  floorMsat: Msat
}

/**
 * What may be spent, as set at the start of the program: by flags, environment or configuration file.
 * Beside a signed policy it can only lower what that allows.
 */
export interface WalletLimits {
  /** Largest amount of one payment, without fees. Default 10,000 sats. */
  maxPaymentMsat?: Msat
  /** Rolling windows. What counts is the amount with the largest fee, until the real cost is known. */
  maxPerHourMsat?: Msat
  /** Default 50,000 sats. */
  maxPerDayMsat?: Msat
  maxPer30DaysMsat?: Msat
  maxLifetimeMsat?: Msat
  maxPaymentsPerMinute?: number
  /** Own money moved into one channel by one order, which is not spent by that. Default: none. */
  maxIntoChannelMsat?: Msat
  /** The same in any 24 hours, all channels together. Beside the limit of one order. Default: no further limit. */
  maxIntoChannelsPerDayMsat?: Msat
  /** A payment of more than this waits for the owner. */
  approveAboveMsat?: Msat
  /** Applied where a call names no fee, and never exceeded where it does. Default: the larger of 1 % and 10 sats. */
  maxFee?: FeeCap
  /** Lets a backend spend that knows no fee limit at all. An overrun is booked in full and alarmed. Default false. */
  allowUncappedFees?: boolean
}

/** What holds where nobody set anything. */
export const DEFAULT_LIMITS = {
  maxPaymentMsat: satToMsat(10_000n),
  maxPerDayMsat: satToMsat(50_000n),
  maxFee: { partsPerMillion: 10_000, floorMsat: satToMsat(10n) },
  allowUncappedFees: false,
} as const satisfies WalletLimits

/** Checks what was set at the start of the program. Throws `invalid_request`. */
export function checkLimits(limits: WalletLimits = {}): WalletLimits {
  const { maxFee, maxPaymentsPerMinute, allowUncappedFees: _, ...amounts } = limits
  for (const amount of Object.values(amounts)) if (amount !== undefined) msat(amount)
  if (maxFee !== undefined) msat(maxFee.floorMsat)
  if (maxFee !== undefined && !isCount(maxFee.partsPerMillion))
    throw new LightningError({
      code: 'invalid_request',
      message: 'the fee limit is no whole number of parts per million',
      hint: 'Use a whole number from 0 up; 10000 is 1 %.',
    })
  if (maxPaymentsPerMinute !== undefined && !isCount(maxPaymentsPerMinute))
    throw new LightningError({
      code: 'invalid_request',
      message: 'the number of payments a minute is no whole number',
      hint: 'Use a whole number from 0 up.',
    })
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** The largest fee for the amount: share (rounded down) or floor, whichever is larger. */
export function feeCapFor(amountMsat: Msat, { partsPerMillion, floorMsat }: FeeCap): Msat {
  const share = (amountMsat * BigInt(partsPerMillion)) / 1_000_000n
  return msat(share > floorMsat ? share : floorMsat)
}

/** What the backend says about fees, as far as it bears on a limit. */
export interface FeeFacts {
  feeLimit: 'enforced' | 'reserve-only' | 'none'
  /** Of a `reserve-only` backend, for the amount. */
  worstFeeMsat?: Msat
}
