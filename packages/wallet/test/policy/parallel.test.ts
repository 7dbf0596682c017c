import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LightningBackend, msat } from '@lightning-mcp/core'
import { afterAll, describe, expect, test } from 'vitest'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { POLICY_FILE, signPolicy } from '../../src/policy/signed-policy.ts'
import type { ChildOutcome } from '../support/child-order.ts'
import { accountPolicy, OwnedWorld } from '../support/owned-world.ts'
import { startNetwork } from '../support/processes.ts'
import { STORE } from '../support/stores.ts'
import { temporaryFolder } from '../support/world.ts'

const PAYMENTS = 200
const ROOM = 50

const network = await startNetwork(3)
afterAll(() => network.close())

const invoices = (node: LightningBackend, amountMsat: bigint): Promise<string[]> =>
  Promise.all(
    Array.from({ length: PAYMENTS }, async () => {
      const { invoice = '' } = await node.createInvoice({
        amountMsat: msat(amountMsat),
        expirySeconds: 3_600,
      })
      return invoice
    }),
  )

const count = (outcomes: readonly ChildOutcome[]) => {
  const tally: Record<string, number> = {}
  for (const { state, code } of outcomes) tally[`${state ?? code}`] = (tally[`${state ?? code}`] ?? 0) + 1
  return tally
}

describe(`${PAYMENTS} payments at once against a budget for ${ROOM}, without fees`, () => {
  test.each([
    ['maxPerHourSats', 'budget_exceeded'],
    ['maxPerDaySats', 'budget_exceeded'],
    ['maxPer30DaysSats', 'budget_exceeded'],
    ['maxLifetimeSats', 'budget_exceeded'],
    ['maxPaymentsPerMinute', 'rate_limited'],
  ])(`settle exactly ${ROOM} in one process, by %s`, async (limit, code) => {
    const world = new OwnedWorld()
    world.node.feeMsat = msat(0n)
    world.put(accountPolicy(1, { [limit]: ROOM }))
    const { wallet } = await world.start()
    const outcomes = await Promise.all(
      Array.from({ length: PAYMENTS }, async (): Promise<ChildOutcome> => {
        const { invoice } = world.invoice({ amountMsat: 1_000n })
        return wallet.pay({ destination: invoice }).catch((error) => ({ code: error.code }))
      }),
    )
    expect(count(outcomes)).toEqual({ settled: ROOM, [code]: PAYMENTS - ROOM })
    expect(world.node.requests).toHaveLength(ROOM)
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: BigInt(ROOM) * 1_000n })
  })

  test(`settle exactly ${ROOM} in a budget, named or not`, async () => {
    const world = new OwnedWorld()
    world.node.feeMsat = msat(0n)
    world.put(accountPolicy(1, { budgets: { books: { maxPerDaySats: ROOM } } }))
    const { wallet } = await world.start()
    const pay = async (request: object): Promise<ChildOutcome> => {
      const { invoice } = world.invoice({ amountMsat: 1_000n })
      return wallet.pay({ destination: invoice, ...request }).catch((error) => ({ code: error.code }))
    }
    const named = await Promise.all(Array.from({ length: PAYMENTS }, () => pay({ budget: 'books' })))
    expect(count(named)).toEqual({ settled: ROOM, budget_exceeded: PAYMENTS - ROOM })
    expect(await pay({})).toMatchObject({ state: 'settled' })
  })

  test(`settle exactly ${ROOM} in two processes on one ${STORE} store`, async () => {
    const stage = network.stage()
    const folder = temporaryFolder()
    const key = generateOwnerKey()
    const file = join(folder, POLICY_FILE)
    writeFileSync(file, signPolicy(accountPolicy(1, { maxPerDaySats: ROOM }), key))
    const before = (await stage.payer.getBalance()).spendableMsat
    // the neighbour of the payer, so that nobody charges for a hop
    const calls = (await invoices(network.node('hub'), 1_000n)).map((destination) => ({
      destination,
      waitSeconds: 60,
    }))
    const order = { speed: 1, policy: { file, publicKey: key.publicKey } }
    const answers = await Promise.all([
      stage.run({ ...order, calls: calls.slice(0, PAYMENTS / 2) }),
      stage.run({ ...order, calls: calls.slice(PAYMENTS / 2) }),
    ])
    const outcomes = answers.flatMap((answer) => answer?.outcomes ?? [])
    expect(count(outcomes)).toEqual({ settled: ROOM, budget_exceeded: PAYMENTS - ROOM })
    expect(before - (await stage.payer.getBalance()).spendableMsat).toBe(BigInt(ROOM) * 1_000n)
    expect(stage.notes()).toEqual([])
  })
})

describe(`${PAYMENTS} payments at once, with fees`, () => {
  const LIMIT_MSAT = 500_000n

  test('never pass the limit by a millisatoshi in one process', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPerDaySats: 500, maxFeeSats: 3 }))
    // each fee is another one, and none is above the largest
    world.node.scripts.push(
      ...Array.from({ length: PAYMENTS }, (_, index) => ({
        do: 'settle' as const,
        feeMsat: BigInt((index * 137) % 3_001),
      })),
    )
    const { wallet } = await world.start()
    for (let round = 0; round < 4; round++)
      await Promise.all(
        Array.from({ length: PAYMENTS / 4 }, () =>
          wallet.pay({ destination: world.invoice({ amountMsat: 7_777n }).invoice }).catch(() => {}),
        ),
      )
    const { spentMsat, reservedMsat } = await wallet.getBudget()
    expect(reservedMsat).toBe(0n)
    expect(spentMsat).toBeLessThanOrEqual(LIMIT_MSAT)
    // and no further one would have fitted
    expect(spentMsat + 7_777n + 3_000n).toBeGreaterThan(LIMIT_MSAT)
  })

  test(`never pass the limit in two processes on one ${STORE} store`, async () => {
    const stage = network.stage()
    const folder = temporaryFolder()
    const key = generateOwnerKey()
    const file = join(folder, POLICY_FILE)
    writeFileSync(file, signPolicy(accountPolicy(1, { maxPerDaySats: 500, maxFeeSats: 3 }), key))
    const before = (await stage.payer.getBalance()).spendableMsat
    const calls = (await invoices(network.node('shop'), 7_777n)).map((destination) => ({
      destination,
      waitSeconds: 60,
    }))
    const order = { speed: 1, policy: { file, publicKey: key.publicKey } }
    await Promise.all([
      stage.run({ ...order, calls: calls.slice(0, PAYMENTS / 2) }),
      stage.run({ ...order, calls: calls.slice(PAYMENTS / 2) }),
    ])
    const gone = before - (await stage.payer.getBalance()).spendableMsat
    expect(gone).toBeGreaterThan(LIMIT_MSAT / 2n)
    expect(gone).toBeLessThanOrEqual(LIMIT_MSAT)
  })
})
