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

test('a preview tells of a payment between accounts, and of one that cannot be', async () => {
  const world = new SharedWorld()
  const { store } = await world.start()
  await world.tracked(store, 'alice', 1_000_000n)
  await world.tracked(store, 'bob')
  const [alice, bob] = [await world.start({ account: 'alice' }), await world.start({ account: 'bob' })]
  const made = await world.invoiceOf(bob)
  const seen = await alice.wallet.preview({ destination: made.invoice })
  expect(seen).toMatchObject({ maxFeeMsat: 0n, affordable: true, verdict: { allowed: true } })
  const paid = await alice.wallet.pay({
    destination: made.invoice,
    ...(seen.quoteId === undefined ? {} : { quoteId: seen.quoteId }),
  })
  expect(paid).toMatchObject({ state: 'settled', feeMsat: 0n })
  const own = await world.invoiceOf(alice)
  const { verdict } = await alice.wallet.preview({ destination: own.invoice })
  expect(verdict).toMatchObject({ allowed: false, code: 'self_payment' })
})
