import { msat, sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import type { SimulatedChannel } from '../src/channels/channel.ts'
import { type Htlc, type HtlcState, moveHtlc } from '../src/payments/htlc.ts'

const policy = {
  feeBaseMsat: msat(0n),
  feeProportionalMillionths: 0,
  cltvExpiryDelta: 40,
  minHtlcMsat: msat(1n),
  maxHtlcMsat: msat(1_000_000n),
}

const channelWith = (balances: [bigint, bigint], lockedMsat: bigint): SimulatedChannel => ({
  id: 'c',
  fundingTxId: '00'.repeat(32) as never,
  fundingOutput: 0,
  nodes: ['a', 'b'],
  capacitySat: sat(1000n),
  balanceMsat: [msat(balances[0]), msat(balances[1])],
  lockedMsat: [msat(lockedMsat), msat(0n)],
  htlcs: [lockedMsat > 0n ? 1 : 0, 0],
  reserveMsat: msat(0n),
  policy: [policy, policy],
  private: false,
  state: 'active',
})

const htlcIn = (state: HtlcState): Htlc => ({
  channelId: 'c',
  side: 0,
  amountMsat: msat(100n),
  cltvExpiry: 200,
  state,
})

test.each([
  { from: 'planned', to: 'offered', before: [700n, 300n], after: [600n, 300n], locked: [0n, 100n] },
  { from: 'offered', to: 'settled', before: [600n, 300n], after: [600n, 400n], locked: [100n, 0n] },
  { from: 'offered', to: 'failed', before: [600n, 300n], after: [700n, 300n], locked: [100n, 0n] },
] as const)('$from → $to moves the money with it', ({ from, to, before, after, locked }) => {
  const channel = channelWith([...before], locked[0])
  const htlc = htlcIn(from)
  moveHtlc(htlc, channel, to)
  expect(htlc.state).toBe(to)
  expect(channel.balanceMsat).toEqual(after)
  expect(channel.lockedMsat[0]).toBe(locked[1])
})

test.each([
  ['planned', 'settled'],
  ['planned', 'failed'],
  ['offered', 'offered'],
  ['settled', 'failed'],
  ['settled', 'offered'],
  ['failed', 'settled'],
  ['failed', 'offered'],
] as const)('%s → %s is refused and moves nothing', (from, to) => {
  const channel = channelWith([600n, 300n], 100n)
  expect(() => moveHtlc(htlcIn(from), channel, to)).toThrow(`from ${from} to ${to}`)
  expect(channel).toEqual(channelWith([600n, 300n], 100n))
})

test('more than there is cannot be locked', () => {
  const channel = channelWith([50n, 950n], 0n)
  expect(() => moveHtlc(htlcIn('planned'), channel, 'offered')).toThrow()
})
