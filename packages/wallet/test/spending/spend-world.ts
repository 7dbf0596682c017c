import { type ChannelRef, msat, type NodeId, type Sat, sat, satToMsat } from '@lightning-mcp/core'
import type { SpendRequest } from '../../src/spending/spend-request.ts'
import { PEER } from '../support/fake-chain.ts'
import type { FakeNodeOptions } from '../support/fake-node.ts'
import { STORE } from '../support/stores.ts'
import { World } from '../support/world.ts'

/** A point of the curve: the generator. */
export const PAYEE = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' as NodeId
export const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'
export const CHANNEL: ChannelRef = { channelId: 'c1'.repeat(32) }

/** What every kind of spending looks like when nothing is special about it. */
export const REQUESTS = {
  keysend: { kind: 'keysend', payee: PAYEE, amountMsat: msat(1_000_000n), maxFeeMsat: msat(5_000n) },
  onchain: { kind: 'onchain', address: ADDRESS, amountSat: sat(100_000n) },
  'channel-open': {
    kind: 'channel-open',
    peer: PEER,
    capacitySat: sat(200_000n),
    pushMsat: msat(50_000_000n),
  },
  'channel-close': { kind: 'channel-close', channel: CHANNEL, mode: 'cooperative' },
  'splice-in': { kind: 'splice-in', channel: CHANNEL, amountSat: sat(100_000n) },
  'splice-out': { kind: 'splice-out', channel: CHANNEL, amountSat: sat(100_000n), address: ADDRESS },
} as const satisfies Record<string, SpendRequest>

export type Kind = keyof typeof REQUESTS
/** All of them; on the second database one with a hash and one without, for what differs is no store's matter. */
export const KINDS = (Object.keys(REQUESTS) as Kind[]).filter(
  (kind) => STORE === 'sqlite' || kind === 'keysend' || kind === 'channel-open',
)
/** Those without a payment hash, of which nothing proves that they were never sent. */
export const UNPROVABLE = KINDS.filter((kind) => kind !== 'keysend')

export const OPERATIONS: Readonly<Record<Kind, string>> = {
  keysend: 'keysend',
  onchain: 'send',
  'channel-open': 'open',
  'channel-close': 'close',
  'splice-in': 'splice-in',
  'splice-out': 'splice-out',
}

const SATS = (amount: bigint) => satToMsat(amount)

/** Limits wide enough for all of them. */
export const LIMITS = {
  maxPaymentMsat: SATS(1_000_000n),
  maxPerDayMsat: SATS(10_000_000n),
  maxIntoChannelMsat: SATS(1_000_000n),
}

export const spendWorld = (options: FakeNodeOptions = {}): World => new World(options)

/** How often the node really did it. */
export function times(world: World, kind: Kind): number {
  if (kind === 'keysend') return [...world.node.moved.values()].reduce((sum, count) => sum + count, 0)
  return world.node.chain.done.filter((operation) => operation === OPERATIONS[kind]).length
}

/** How often it was asked to. */
export const asked = (world: World, kind: Kind): number =>
  kind === 'keysend'
    ? world.node.keysends.length
    : world.node.chain.asked.filter(({ operation }) => operation === OPERATIONS[kind]).length

export const sats = (amount: bigint): Sat => sat(amount)
