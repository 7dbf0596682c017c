import type { Msat, Utxo } from '@lightning-mcp/core'
import { satToMsat } from '@lightning-mcp/core'

// Virtual bytes, each the largest that a Lightning node's wallet makes.
const OVERHEAD = 11
/** A key hash nested in P2SH; native SegWit and Taproot are smaller. */
const INPUT = 91
/** P2WSH and Taproot. */
const OUTPUT = 43
/** A channel's two-of-two with both signatures. */
const CHANNEL_INPUT = 105
/** BOLT 3: a commitment transaction with anchors, and each HTLC in it. */
const COMMITMENT = 281
const HTLC_OUTPUT = 43
/** What the author of a forced close sends afterwards to get at its coins: the balance, and each HTLC. */
const SWEEP = 160
const HTLC_SWEEPS = 340
/** Commitments of anchor channels are signed at up to this rate whatever the chain asks for (LND's default). */
const COMMITMENT_RATE = 10

const feeMsat = (vbytes: number, satPerVbyte: number): Msat =>
  satToMsat(BigInt(Math.ceil(vbytes * satPerVbyte)))

/**
 * The largest fee of a transaction that pays one output out of these coins. Whichever coins a wallet
 * takes, it stops once they suffice: it never takes more of them than if it began with the smallest.
 */
export function worstCoinFeeMsat(
  utxos: readonly Pick<Utxo, 'amountSat'>[],
  order: { amountSat: bigint; feeRateSatPerVbyte: number; channelInput?: boolean },
): Msat {
  const base = OVERHEAD + 2 * OUTPUT + (order.channelInput === true ? CHANNEL_INPUT : 0)
  const smallestFirst = utxos.map(({ amountSat }) => amountSat as bigint).sort((a, b) => (a < b ? -1 : 1))
  let totalSat = 0n
  let worst = feeMsat(base + INPUT, order.feeRateSatPerVbyte)
  for (const [index, amountSat] of smallestFirst.entries()) {
    totalSat += amountSat
    worst = feeMsat(base + (index + 1) * INPUT, order.feeRateSatPerVbyte)
    if (totalSat * 1000n >= order.amountSat * 1000n + worst) break
  }
  return worst
}

/** The largest fee of ending a channel, sweeping included. */
export function worstCloseFeeMsat(order: {
  mode: 'cooperative' | 'force'
  feeRateSatPerVbyte: number
  pendingHtlcs: number
}): Msat {
  const { mode, feeRateSatPerVbyte: rate, pendingHtlcs } = order
  if (mode === 'cooperative') return feeMsat(OVERHEAD + CHANNEL_INPUT + 2 * OUTPUT, rate)
  const commitment = (COMMITMENT + pendingHtlcs * HTLC_OUTPUT) * Math.max(rate, COMMITMENT_RATE)
  return feeMsat(1, commitment + (SWEEP + pendingHtlcs * HTLC_SWEEPS) * rate)
}

/** The largest fee of paying one output out of a channel. */
export const worstSpliceOutFeeMsat = (feeRateSatPerVbyte: number): Msat =>
  feeMsat(OVERHEAD + CHANNEL_INPUT + 2 * OUTPUT, feeRateSatPerVbyte)
