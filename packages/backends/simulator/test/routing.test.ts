import { type Msat, msat, sat } from '@lightning-mcp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  forwardingFeeMsat,
  otherSide,
  type Side,
  type SimulatedChannel,
  spendableMsat,
} from '../src/channels/channel.ts'
import { systemClock } from '../src/clock.ts'
import { NetworkState } from '../src/network-state.ts'
import { runTasks } from '../src/payments/run-tasks.ts'
import { findRoute } from '../src/routing/find-route.ts'
import { findRoutes } from '../src/routing/find-routes.ts'
import { buildTopology, type ChannelPlan } from '../src/topology.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const

const policy = fc.record({
  feeBaseMsat: fc.bigInt(0n, 5000n).map(msat),
  feeProportionalMillionths: fc.nat(20_000),
  cltvExpiryDelta: fc.integer({ min: 1, max: 144 }),
  maxHtlcMsat: fc.bigInt(100_000n, 1_000_000_000n).map(msat),
})

const channelPlan: fc.Arbitrary<ChannelPlan> = fc
  .record({
    between: fc.shuffledSubarray([...NAMES], { minLength: 2, maxLength: 2 }),
    capacitySat: fc.bigInt(20_000n, 1_000_000n).map(sat),
    policies: fc.tuple(policy, policy),
    private: fc.boolean(),
  })
  .map(({ between, ...plan }) => ({ ...plan, between: [between[0]!, between[1]!] as const }))

function build(channels: readonly ChannelPlan[]): NetworkState {
  const state = new NetworkState({ seed: 'routing', clock: systemClock, runTasks })
  state.change(() => buildTopology(state, { nodes: NAMES.map((name) => ({ name })), channels }))
  return state
}

/** The cheapest of all ways from `a` to `node` without visiting one twice, tried one by one. */
function cheapest(
  state: NetworkState,
  node: string,
  amountMsat: Msat,
  visited: readonly string[],
): bigint | undefined {
  if (node === 'a') return amountMsat
  let best: bigint | undefined
  for (const channel of state.channelsOf(node)) {
    const side: Side = channel.nodes[0] === node ? 1 : 0
    const from = channel.nodes[side]
    if (visited.includes(from) || !carries(channel, side, amountMsat)) continue
    const feeMsat = from === 'a' ? 0n : forwardingFeeMsat(channel.policy[side], amountMsat)
    const found = cheapest(state, from, msat(amountMsat + feeMsat), [...visited, from])
    if (found !== undefined && (best === undefined || found < best)) best = found
  }
  return best
}

const carries = (channel: SimulatedChannel, side: Side, amountMsat: Msat): boolean =>
  amountMsat >= channel.policy[side].minHtlcMsat &&
  amountMsat <= channel.policy[side].maxHtlcMsat &&
  (channel.nodes[side] === 'a' ? amountMsat <= spendableMsat(channel, side) : !channel.private)

test('no way is cheaper than the route that is found', () => {
  fc.assert(
    fc.property(
      fc.array(channelPlan, { minLength: 1, maxLength: 12 }),
      fc.bigInt(1n, 200_000_000n).map(msat),
      (plans, amountMsat) => {
        const state = build(plans)
        const best = cheapest(state, 'e', amountMsat, ['e'])
        const route = findRoute(state, { source: 'a', target: 'e', amountMsat, finalCltvDelta: 18 })
        expect(route === undefined ? undefined : route.feeMsat + amountMsat).toBe(best)
      },
    ),
    { numRuns: 300 },
  )
})

test('every hop of a route is paid what it asks for and gets its blocks', () => {
  fc.assert(
    fc.property(
      fc.array(channelPlan, { minLength: 4, maxLength: 12 }),
      fc.bigInt(1n, 200_000_000n).map(msat),
      (plans, amountMsat) => {
        const state = build(plans)
        const request = { source: 'a', target: 'e', amountMsat, finalCltvDelta: 18 }
        const routes = findRoutes(state, request, 5)
        const fees = routes.map(({ feeMsat }) => feeMsat)
        expect(fees).toEqual([...fees].sort((x, y) => Number(x - y)))
        for (const { hops } of routes) {
          expect(hops[0]?.from).toBe('a')
          expect(hops.at(-1)).toMatchObject({ to: 'e', amountMsat, cltvDelta: 18 })
          for (const [index, hop] of hops.entries()) {
            const next = hops[index + 1]
            if (next === undefined) continue
            expect(hop.to).toBe(next.from)
            expect(hop.channel.nodes[otherSide(hop.side)]).toBe(next.from)
            const asked = next.channel.policy[next.side]
            expect(hop.amountMsat - next.amountMsat).toBe(forwardingFeeMsat(asked, next.amountMsat))
            expect(hop.cltvDelta - next.cltvDelta).toBe(asked.cltvExpiryDelta)
          }
        }
      },
    ),
    { numRuns: 150 },
  )
})
