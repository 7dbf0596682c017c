import { sat, satToMsat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { asked, LIMITS, REQUESTS, spendWorld } from './spend-world.ts'

/** Room for one opening (150,000 sats of its own) and one splice (100,000). */
const limits = { ...LIMITS, maxIntoChannelsPerDayMsat: satToMsat(250_000n) }
const refused = { code: 'budget_exceeded' }
const DAY_MS = 86_400_000

test('what goes into channels within a day is limited in sum', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start({ limits })
  await wallet.spend(REQUESTS['channel-open'])
  await wallet.spend(REQUESTS['splice-in'])
  const one = { ...REQUESTS['channel-open'], capacitySat: sat(20_001n), pushMsat: satToMsat(20_000n) }
  await expect(wallet.spend(one)).rejects.toMatchObject(refused)
  expect(asked(world, 'channel-open')).toBe(1)
  const [decision] = await store.read((reader) => reader.decisions('default', 1))
  expect(decision?.rules).toContainEqual(
    expect.objectContaining({ rule: 'max_into_channels_per_day', allowed: false, binding: true }),
  )
  expect(await wallet.previewSpend(one)).toMatchObject({ verdict: { allowed: false } })
  await world.clock.advance(DAY_MS + 1)
  expect(await wallet.spend(one)).toMatchObject({ state: 'settled' })
})

test('of two openings at once, one has the room', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits })
  const outcomes = await Promise.allSettled(
    [200_000n, 210_000n].map((capacity) =>
      wallet.spend({ ...REQUESTS['channel-open'], capacitySat: sat(capacity) }),
    ),
  )
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(asked(world, 'channel-open')).toBe(1)
})

test('an opening without an answer keeps its room', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits })
  world.node.scripts.push({ do: 'lose-request' })
  await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })
  await expect(
    wallet.spend({ ...REQUESTS['channel-open'], capacitySat: sat(210_000n) }),
  ).rejects.toMatchObject(refused)
})

test('payments are not judged by it, and the budget shows what is left', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits })
  await wallet.spend(REQUESTS['channel-open'])
  expect(await wallet.spend(REQUESTS.keysend)).toMatchObject({ state: 'settled' })
  const { rules } = await wallet.getBudget()
  const rule = rules.find((each) => each.rule === 'max_into_channels_per_day')
  expect(rule?.detail).toBe('250000 sats into channels in 24 hours, 100000 sats of it left')
})
