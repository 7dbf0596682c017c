import {
  addMsat,
  type Balance,
  clampSubMsat,
  type Msat,
  type OnchainBalance,
  sat,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import type { Integer, RawChannel, RawHtlc, RawOutput } from './schemas.ts'
import { toMsat, toSat } from './to-core.ts'

/** States in which a channel carries payments: https://github.com/ElementsProject/lightning/blob/v26.06.6/lightningd/channel_state.h */
export const OPEN_STATES: ReadonlySet<string> = new Set(['CHANNELD_NORMAL', 'CHANNELD_AWAITING_SPLICE'])

/** Core Lightning subtracts reserve, commitment fee and HTLCs itself: `spendable_msat`, `receivable_msat`. */
export function toBalance(
  channels: readonly RawChannel[],
  outputs: readonly RawOutput[] | undefined,
): Balance {
  const open = channels.filter(({ state }) => OPEN_STATES.has(state))
  const usable = open.filter(({ peer_connected }) => peer_connected)
  return {
    spendableMsat: sum(usable.map(({ spendable_msat }) => spendable_msat)),
    receivableMsat: sum(usable.map(({ receivable_msat }) => receivable_msat)),
    pendingOutgoingMsat: htlcsOf(open, 'out'),
    pendingIncomingMsat: htlcsOf(open, 'in'),
    channelsMsat: addMsat(...open.map(ownMsat)),
    ...(outputs === undefined ? {} : { onchain: toOnchainBalance(outputs) }),
  }
}

const sum = (amounts: readonly (Integer | undefined)[]): Msat =>
  addMsat(...amounts.map((amount) => (amount === undefined ? ZERO_MSAT : toMsat(amount))))

const htlcsOf = (channels: readonly RawChannel[], direction: 'in' | 'out'): Msat =>
  sum(channels.flatMap(({ htlcs = [] }) => amountsOf(htlcs, direction)))

const amountsOf = (htlcs: readonly RawHtlc[], direction: 'in' | 'out'): Integer[] =>
  htlcs.filter((htlc) => htlc.direction === direction).map(({ amount_msat }) => amount_msat)

/** Our side without what is on its way out: `to_us_msat` still counts it, captured as listpeerchannels-htlc-pending. */
export const ownMsat = ({ to_us_msat, htlcs = [] }: RawChannel): Msat =>
  clampSubMsat(toMsat(to_us_msat ?? 0), sum(amountsOf(htlcs, 'out')))

export function toOnchainBalance(outputs: readonly RawOutput[]): OnchainBalance {
  const total = (keep: (output: RawOutput) => boolean) =>
    sat(outputs.filter(keep).reduce((left, { amount_msat }) => left + toSat(amount_msat), 0n))
  return {
    confirmedSat: total(({ status, reserved }) => status === 'confirmed' && !reserved),
    unconfirmedSat: total(({ status, reserved }) => status === 'unconfirmed' && !reserved),
    reservedSat: total(({ status, reserved }) => status !== 'spent' && reserved),
  }
}
