import { LightningError, type Sat, sat, ZERO_MSAT } from '@lightning-mcp/core'
import { newAddress } from '../chain/addresses.ts'
import { broadcast, checkFeeRate, DEFAULT_FEE_RATE } from '../chain/coins.ts'
import type { ChainOutput, ChainTransaction } from '../chain/transaction.ts'
import type { NetworkState } from '../network-state.ts'
import type { Side, SimulatedChannel } from './channel.ts'

/** Blocks for which the author of a forced close waits for its coins (LND's default for small channels). */
export const TO_SELF_DELAY = 144

const CLOSING_VBYTES = 170
/** Outputs below it are not relayed and go to the miners. */
const DUST_SAT = 330n

const refuse = (code: 'invalid_request' | 'unavailable', message: string, hint: string): LightningError =>
  new LightningError({ code, message, hint })

/** Starts to close a channel; it is closed once the transaction is mined. */
export function closeChannel(
  state: NetworkState,
  channel: SimulatedChannel,
  by: Side,
  mode: 'cooperative' | 'force',
  feeRateSatPerVbyte?: number,
): ChainTransaction {
  const feeRate = checkFeeRate(feeRateSatPerVbyte)
  if (channel.state === 'closed' || channel.state === 'opening' || channel.closing?.mode === 'force')
    throw refuse(
      'invalid_request',
      `the channel is ${channel.state}`,
      'List the channels to see their states.',
    )
  if (mode === 'cooperative') assertCooperative(state, channel)
  const outputs = mode === 'cooperative' ? closingOutputs(state, channel, by, mode, feeRate) : []
  const transaction = broadcast(state, {
    purpose: 'close',
    inputs: [`${channel.fundingTxId}:${channel.fundingOutput}`],
    outputs,
    feeSat: feeOf(channel, outputs),
    channelId: channel.id,
  })
  channel.state = mode === 'force' ? 'force-closing' : 'closing'
  channel.closing = { txId: transaction.txId, by, mode }
  state.changed({ type: 'channel', value: channel })
  return transaction
}

function assertCooperative(state: NetworkState, channel: SimulatedChannel): void {
  if (channel.closing !== undefined)
    throw refuse('invalid_request', 'the channel is closing already', 'Mine a block to confirm it.')
  if (!channel.nodes.every((name) => state.node(name).online))
    throw refuse(
      'unavailable',
      'the peer is offline and cannot agree',
      'Try again later, or force the close.',
    )
  if (channel.htlcs[0] + channel.htlcs[1] > 0)
    throw refuse('invalid_request', 'payments are under way in the channel', 'Wait until they are over.')
}

/** The closing transaction is in a block: who has how much is final. No HTLC may be left. */
export function finishClose(
  state: NetworkState,
  channel: SimulatedChannel,
  transaction: ChainTransaction,
): void {
  if (channel.closing?.txId !== transaction.txId) {
    // the other of two closing transactions was mined: this one spends what is gone
    transaction.outputs = []
    transaction.feeSat = sat(0n)
    return
  }
  if (channel.closing.mode === 'force') {
    transaction.outputs = closingOutputs(state, channel, channel.closing.by, 'force', DEFAULT_FEE_RATE)
    transaction.feeSat = feeOf(channel, transaction.outputs)
  }
  channel.state = 'closed'
  channel.balanceMsat = [ZERO_MSAT, ZERO_MSAT]
  delete channel.splice
  state.changed({ type: 'channel', value: channel })
  state.changed({ type: 'transaction', value: transaction })
  for (const name of channel.nodes) state.emit(name, { type: 'channel-closed', channelId: channel.id })
}

function closingOutputs(
  state: NetworkState,
  channel: SimulatedChannel,
  by: Side,
  mode: 'cooperative' | 'force',
  feeRateSatPerVbyte: number,
): ChainOutput[] {
  const feeMsat = BigInt(Math.ceil(CLOSING_VBYTES * feeRateSatPerVbyte)) * 1000n
  return channel.nodes.flatMap((name, side) => {
    const balanceMsat = channel.balanceMsat[side as Side]
    const restMsat = side === 0 ? (balanceMsat > feeMsat ? balanceMsat - feeMsat : 0n) : balanceMsat
    const amountSat = restMsat / 1000n
    if (amountSat < DUST_SAT) return []
    const output: ChainOutput = {
      address: newAddress(state, name),
      amountSat: sat(amountSat),
      owner: name,
      spent: false,
    }
    if (mode === 'force' && side === by) output.lockedUntil = state.counters.height + TO_SELF_DELAY
    return [output]
  })
}

/** Whatever no output gets: the fee, dust, and what is less than a sat. */
const feeOf = (channel: SimulatedChannel, outputs: readonly ChainOutput[]): Sat =>
  sat(outputs.reduce((rest: bigint, output) => rest - output.amountSat, channel.capacitySat))
