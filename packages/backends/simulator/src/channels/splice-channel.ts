import { LightningError, type Msat, msat, type Sat, sat, satToMsat, ZERO_MSAT } from '@lightning-mcp/core'
import { fundingAddress } from '../chain/addresses.ts'
import { broadcast, checkFeeRate, spendCoins } from '../chain/coins.ts'
import type { ChainOutput, ChainTransaction } from '../chain/transaction.ts'
import type { NetworkState } from '../network-state.ts'
import type { Side, SimulatedChannel } from './channel.ts'
import { FUNDING_DEPTH, MAX_CAPACITY_SAT, MIN_CAPACITY_SAT } from './open-channel.ts'

/** Old funding input with its two signatures, new funding output, one more output. */
const SPLICE_OUT_VBYTES = 190

/** Moves coins of that side into the channel; they carry payments once the transaction is deep enough. */
export function spliceIn(
  state: NetworkState,
  channel: SimulatedChannel,
  by: Side,
  order: { amountSat: Sat; feeRateSatPerVbyte?: number | undefined },
): ChainTransaction {
  assertSpliceable(state, channel)
  const capacitySat = sat(channel.capacitySat + checkAmount(order.amountSat))
  if (capacitySat > MAX_CAPACITY_SAT)
    throw refuse(
      'invalid_request',
      `a channel holds at most ${MAX_CAPACITY_SAT} sat here`,
      'Splice less in, or open a further channel.',
    )
  const transaction = spendCoins(state, channel.nodes[by], {
    purpose: 'splice',
    output: { ...fundingOutput(state, channel), amountSat: capacitySat },
    // the channel's old output pays its part of the new one
    channelInput: { outpoint: outpointOf(channel), amountSat: channel.capacitySat },
    feeRateSatPerVbyte: order.feeRateSatPerVbyte,
    channelId: channel.id,
  })
  const addedMsat = satToMsat(order.amountSat)
  refund(channel, by, capacitySat, addedMsat, transaction)
  channel.splice = {
    txId: transaction.txId,
    unripeMsat: by === 0 ? [addedMsat, ZERO_MSAT] : [ZERO_MSAT, addedMsat],
  }
  return announce(state, channel, transaction)
}

/** Pays an address from that side's part of the channel, the fee too. */
export function spliceOut(
  state: NetworkState,
  channel: SimulatedChannel,
  by: Side,
  order: { output: ChainOutput; feeRateSatPerVbyte?: number | undefined },
): ChainTransaction {
  const feeRate = checkFeeRate(order.feeRateSatPerVbyte)
  assertSpliceable(state, channel)
  const feeSat = sat(BigInt(Math.ceil(SPLICE_OUT_VBYTES * feeRate)))
  const takenSat = checkAmount(order.output.amountSat) + feeSat
  const capacitySat = channel.capacitySat - takenSat
  const restMsat = channel.balanceMsat[by] - takenSat * 1000n
  if (capacitySat < MIN_CAPACITY_SAT || restMsat < (capacitySat / 100n) * 1000n)
    throw refuse(
      'insufficient_balance',
      'amount and fee leave less than the channel has to keep',
      'Splice less out, or close the channel.',
    )
  const transaction = broadcast(state, {
    purpose: 'splice',
    inputs: [outpointOf(channel)],
    outputs: [{ ...fundingOutput(state, channel), amountSat: sat(capacitySat) }, order.output],
    feeSat,
    channelId: channel.id,
  })
  refund(channel, by, sat(capacitySat), -takenSat * 1000n, transaction)
  channel.splice = { txId: transaction.txId, unripeMsat: [ZERO_MSAT, ZERO_MSAT] }
  return announce(state, channel, transaction)
}

/** The splice is deep enough: all that is in the channel can be used. */
export function ripenSplice(state: NetworkState, channel: SimulatedChannel): void {
  const mined = state.transactions.get(channel.fundingTxId)?.height
  if (channel.splice === undefined || mined === undefined) return
  if (state.counters.height - mined + 1 < FUNDING_DEPTH) return
  delete channel.splice
  state.changed({ type: 'channel', value: channel })
  for (const name of channel.nodes) state.emit(name, { type: 'channel-opened', channelId: channel.id })
}

const refuse = (
  code: 'invalid_request' | 'unavailable' | 'insufficient_balance',
  message: string,
  hint: string,
): LightningError => new LightningError({ code, message, hint })

function assertSpliceable(state: NetworkState, channel: SimulatedChannel): void {
  if (channel.state !== 'active')
    throw refuse(
      'invalid_request',
      `the channel is ${channel.state}`,
      'List the channels to see their states.',
    )
  if (channel.splice !== undefined)
    throw refuse('invalid_request', 'the channel is being spliced already', 'Wait until that has confirmed.')
  if (!channel.nodes.every((name) => state.node(name).online))
    throw refuse('unavailable', 'the peer is offline and cannot agree', 'Try again later.')
  if (channel.htlcs[0] + channel.htlcs[1] > 0)
    throw refuse('invalid_request', 'payments are under way in the channel', 'Wait until they are over.')
}

function checkAmount(amountSat: Sat): bigint {
  if (sat(amountSat) > 0n) return amountSat
  throw refuse('invalid_request', 'the amount to splice must be above zero', 'Give a positive amount.')
}

const outpointOf = ({ fundingTxId, fundingOutput }: SimulatedChannel): string =>
  `${fundingTxId}:${fundingOutput}`

const fundingOutput = (state: NetworkState, channel: SimulatedChannel): Omit<ChainOutput, 'amountSat'> => ({
  address: fundingAddress(state, ...channel.nodes),
  spent: true,
})

/** Puts the channel on its new output. Its id stays, its place in the chain comes with a block. */
function refund(
  channel: SimulatedChannel,
  by: Side,
  capacitySat: Sat,
  changeMsat: bigint,
  transaction: ChainTransaction,
): void {
  const largestBefore: Msat = msat(satToMsat(channel.capacitySat) - channel.reserveMsat)
  channel.capacitySat = capacitySat
  channel.reserveMsat = msat((BigInt(capacitySat) / 100n) * 1000n)
  channel.balanceMsat[by] = msat(channel.balanceMsat[by] + changeMsat)
  for (const policy of channel.policy)
    if (policy.maxHtlcMsat === largestBefore)
      policy.maxHtlcMsat = msat(satToMsat(capacitySat) - channel.reserveMsat)
  channel.fundingTxId = transaction.txId
  channel.fundingOutput = 0
}

function announce(
  state: NetworkState,
  channel: SimulatedChannel,
  transaction: ChainTransaction,
): ChainTransaction {
  state.changed({ type: 'channel', value: channel })
  for (const name of channel.nodes) state.emit(name, { type: 'channel-pending', channelId: channel.id })
  return transaction
}
