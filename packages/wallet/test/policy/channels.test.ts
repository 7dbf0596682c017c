import { sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { asked, REQUESTS } from '../spending/spend-world.ts'
import { accountPolicy, OwnedWorld } from '../support/owned-world.ts'

const LIMITS = {
  maxPaymentSats: 1_000_000,
  maxPerDaySats: 10_000_000,
  maxIntoChannelSats: 1_000_000,
  maxFeeSats: 10_000,
}

test('a signed policy limits what goes into channels in a day', async () => {
  const world = new OwnedWorld()
  world.put(accountPolicy(1, { ...LIMITS, maxIntoChannelsPerDaySats: 150_000 }))
  const { wallet } = await world.start()
  expect(await wallet.spend(REQUESTS['channel-open'])).toMatchObject({ state: 'settled' })
  const another = { ...REQUESTS['channel-open'], capacitySat: sat(210_000n) }
  await expect(wallet.spend(another)).rejects.toMatchObject({ code: 'budget_exceeded' })
  expect(asked(world, 'channel-open')).toBe(1)
})

test('an owner who decides on new destinations is asked about a closing', async () => {
  const world = new OwnedWorld()
  world.put(accountPolicy(1, { ...LIMITS, approveNewDestinations: true }))
  const { wallet } = await world.start()
  const call = wallet.spend({ ...REQUESTS['channel-close'], returnAwaitingApproval: true })
  expect(await call).toMatchObject({ state: 'awaiting_approval' })
  expect(asked(world, 'channel-close')).toBe(0)
})
