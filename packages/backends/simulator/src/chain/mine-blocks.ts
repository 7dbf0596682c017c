import { LightningError } from '@lightning-mcp/core'
import type { SimulatedChannel } from '../channels/channel.ts'
import { finishClose } from '../channels/close-channel.ts'
import { FUNDING_DEPTH } from '../channels/open-channel.ts'
import { ripenSplice } from '../channels/splice-channel.ts'
import type { NetworkState } from '../network-state.ts'
import { timeOutHtlcs, timeOutHtlcsOf } from '../payments/time-out.ts'
import type { ChainTransaction } from './transaction.ts'

const MAX_BLOCKS = 10_000

/** Mines blocks, one after the other: transactions confirm, channels open and close, HTLCs run out. */
export function mineBlocks(state: NetworkState, count: number): number {
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_BLOCKS)
    throw new LightningError({
      code: 'invalid_request',
      message: `the number of blocks must be a whole number from 1 to ${MAX_BLOCKS}`,
      hint: 'Mine 1 to 6 blocks to confirm something.',
    })
  for (let block = 0; block < count; block += 1) mineBlock(state)
  return state.counters.height
}

function mineBlock(state: NetworkState): void {
  state.counters.height += 1
  state.changed({ type: 'counters', value: state.counters })
  let position = 0
  for (const transaction of state.transactions.values()) {
    if (transaction.height !== undefined) continue
    transaction.height = state.counters.height
    position += 1
    state.changed({ type: 'transaction', value: transaction })
    onConfirmed(state, transaction, position)
  }
  for (const channel of state.channels.values()) {
    if (channel.state === 'opening') openWhenDeep(state, channel)
    else if (channel.state === 'active' && channel.splice !== undefined) ripenSplice(state, channel)
  }
  timeOutHtlcs(state)
}

function onConfirmed(state: NetworkState, transaction: ChainTransaction, position: number): void {
  const channel = state.channels.get(transaction.channelId ?? '')
  if (channel === undefined) return
  if (transaction.purpose === 'funding' || transaction.purpose === 'splice')
    channel.shortChannelId = `${state.counters.height}x${position}x${channel.fundingOutput}`
  else {
    if (channel.state !== 'closed') timeOutHtlcsOf(state, channel)
    finishClose(state, channel, transaction)
  }
  state.changed({ type: 'channel', value: channel })
}

function openWhenDeep(state: NetworkState, channel: SimulatedChannel): void {
  const mined = state.transactions.get(channel.fundingTxId)?.height
  if (mined === undefined || state.counters.height - mined + 1 < FUNDING_DEPTH) return
  channel.state = 'active'
  state.changed({ type: 'channel', value: channel })
  for (const name of channel.nodes) state.emit(name, { type: 'channel-opened', channelId: channel.id })
}
