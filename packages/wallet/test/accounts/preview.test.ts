import { expect, test } from 'vitest'
import { SharedWorld } from '../support/shared-world.ts'

test('a preview judges by the account’s balance, not by the node’s', async () => {
  const world = new SharedWorld()
  const { store } = await world.start()
  await world.tracked(store, 'alice', 1_000_000n)
  const { wallet } = await world.start({ account: 'alice' })
  const small = await wallet.preview({ destination: world.invoice({ amountMsat: 100_000n }).invoice })
  expect(small).toMatchObject({ affordable: true, verdict: { allowed: true } })
  const large = await wallet.preview({ destination: world.invoice({ amountMsat: 1_000_000n }).invoice })
  expect(large.affordable).toBe(false)
})

test('a shortfall of the node shows in preview and budget', async () => {
  const world = new SharedWorld()
  const { store } = await world.start()
  await world.tracked(store, 'alice', 5_000_000n)
  const { wallet } = await world.start({ account: 'alice' })
  world.shared.fundedMsat = 1_000_000n
  const { verdict } = await wallet.preview({ destination: world.invoice().invoice })
  expect(verdict).toMatchObject({ allowed: false, code: 'spending_paused' })
  expect((await wallet.getBudget()).paused?.reason).toContain('less than its accounts hold')
})
