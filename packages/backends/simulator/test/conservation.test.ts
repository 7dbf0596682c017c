import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock, createSimulatedNetwork, type SimulatedNetwork } from '../src/index.ts'
import { NAMES, refused, step, take, topology, type World } from './random-steps.ts'

/** After this a payment whose HTLC comes back starts no further attempt. */
const PAYMENT_TIME_LIMIT_MS = 61_000

const total = (network: SimulatedNetwork): bigint => {
  const { issuedMsat: _, ...places } = network.audit()
  return Object.values(places).reduce((sum, part) => sum + part, 0n)
}

/** What payers paid on top, and what routing nodes earned. */
async function fees(network: SimulatedNetwork): Promise<{ paidMsat: bigint; earnedMsat: bigint }> {
  let paidMsat = 0n
  let earnedMsat = 0n
  for (const name of NAMES) {
    const wallet = network.wallet(name)
    const { items } = await wallet.listTransactions({ limit: 1000, statuses: ['settled'] })
    for (const { feeMsat = 0n } of items) paidMsat += feeMsat
    const forwards = await wallet.forwards!.list({ limit: 1000 })
    for (const { feeMsat } of forwards.items) earnedMsat += feeMsat
  }
  return { paidMsat, earnedMsat }
}

test('no operation and no failure makes or loses money', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const clock = createManualClock(Date.UTC(2026, 0, 1))
      const network = createSimulatedNetwork({ seed: 'conservation', clock, topology })
      const world: World = { network, clock, held: [] }
      for (const one of steps) {
        await take(world, one).catch(refused)
        expect(total(network)).toBe(network.audit().issuedMsat)
      }
      // once everybody is back, no payment is tried again and all HTLCs have run out, nothing is in flight
      network.setLatency(0)
      for (const node of NAMES) network.setPeerOnline(node, true)
      clock.advance(PAYMENT_TIME_LIMIT_MS)
      network.releaseHeldHtlcs('fail')
      network.mineBlocks(2500)
      expect(network.audit().inHtlcsMsat).toBe(0n)
      expect(total(network)).toBe(network.audit().issuedMsat)
      const { paidMsat, earnedMsat } = await fees(network)
      expect(earnedMsat).toBe(paidMsat)
      network.close()
    }),
    {
      numRuns: 150,
      examples: [
        [
          // an HTLC that times out while blocks are mined is tried again as long as the payment may be
          [
            { do: 'stick', node: 'dave' },
            { do: 'stick', node: 'bob' },
            { do: 'online', node: 'bob', online: false },
            { do: 'hold', from: 'hub', to: 'carol', amountMsat: 1n, maxFeeMsat: 2005n },
          ],
        ],
      ],
    },
  )
}, 120_000)
