import {
  LightningError,
  type Msat,
  msat,
  type Sat,
  satToMsat,
  type TxId,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { fundingAddress } from '../chain/addresses.ts'
import { spendCoins } from '../chain/coins.ts'
import type { NetworkState } from '../network-state.ts'
import type { ForwardingPolicy, SimulatedChannel } from './channel.ts'

/** Blocks until an opened channel can be used. */
export const FUNDING_DEPTH = 3

export const DEFAULT_POLICY = {
  feeBaseMsat: 1000n as Msat,
  feeProportionalMillionths: 100,
  cltvExpiryDelta: 40,
  minHtlcMsat: 1n as Msat,
} as const

export interface ChannelOrder {
  from: string
  to: string
  capacitySat: Sat
  /** Starts on the other side. */
  pushMsat?: Msat | undefined
  private?: boolean | undefined
  label?: string | undefined
  policies?: readonly [Partial<ForwardingPolicy>?, Partial<ForwardingPolicy>?] | undefined
}

/** BOLT 2: the funding transaction's id, its last two bytes mixed with the output index. */
export function channelIdOf(fundingTxId: TxId, output: number): string {
  const bytes = Buffer.from(fundingTxId, 'hex').reverse()
  bytes.writeUInt16BE(bytes.readUInt16BE(30) ^ output, 30)
  return bytes.toString('hex')
}

/** Writes a channel into the books; it carries nothing until its funding transaction is deep enough. */
export function addChannel(state: NetworkState, order: ChannelOrder, fundingTxId: TxId): SimulatedChannel {
  const pushMsat = order.pushMsat ?? ZERO_MSAT
  const capacityMsat = satToMsat(order.capacitySat)
  const reserveMsat = msat((BigInt(order.capacitySat) / 100n) * 1000n)
  const policy = (own: Partial<ForwardingPolicy> | undefined): ForwardingPolicy => ({
    ...DEFAULT_POLICY,
    maxHtlcMsat: msat(capacityMsat - reserveMsat),
    ...own,
  })
  const channel: SimulatedChannel = {
    id: channelIdOf(fundingTxId, 0),
    fundingTxId,
    fundingOutput: 0,
    nodes: [order.from, order.to],
    capacitySat: order.capacitySat,
    balanceMsat: [msat(capacityMsat - pushMsat), pushMsat],
    lockedMsat: [ZERO_MSAT, ZERO_MSAT],
    htlcs: [0, 0],
    reserveMsat,
    policy: [policy(order.policies?.[0]), policy(order.policies?.[1])],
    private: order.private ?? false,
    state: 'opening',
    ...(order.label === undefined ? {} : { label: order.label }),
  }
  state.add({ type: 'channel', value: channel })
  return channel
}

/** LND's smallest channel, and the largest that it takes with large channels on. */
export const MIN_CAPACITY_SAT = 20_000n
export const MAX_CAPACITY_SAT = 1_000_000_000n

const badOrder = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** Funds a channel from the node's coins. It waits for blocks. */
export function openChannel(
  state: NetworkState,
  order: ChannelOrder & { feeRateSatPerVbyte?: number | undefined },
): SimulatedChannel {
  const { capacitySat, pushMsat = ZERO_MSAT } = order
  if (order.from === order.to)
    throw badOrder('a node cannot open a channel with itself', 'Name another node.')
  if (!state.node(order.to).online)
    throw new LightningError({
      code: 'unavailable',
      message: 'the peer is offline',
      hint: 'Try again later.',
    })
  if (capacitySat < MIN_CAPACITY_SAT || capacitySat > MAX_CAPACITY_SAT)
    throw badOrder(
      `a channel of ${capacitySat} sat is not possible here`,
      `Choose between ${MIN_CAPACITY_SAT} and ${MAX_CAPACITY_SAT} sat.`,
    )
  if (pushMsat > satToMsat(capacitySat - capacitySat / 100n))
    throw badOrder('the amount to push leaves less than the channel reserve', 'Push less.')
  const address = fundingAddress(state, order.from, order.to)
  const funding = spendCoins(state, order.from, {
    purpose: 'funding',
    output: { address, amountSat: capacitySat, spent: true },
    feeRateSatPerVbyte: order.feeRateSatPerVbyte,
    label: order.label,
  })
  const channel = addChannel(state, order, funding.txId)
  funding.channelId = channel.id
  for (const name of channel.nodes) state.emit(name, { type: 'channel-pending', channelId: channel.id })
  return channel
}
