import { expect, test } from 'vitest'
import { accountPolicy, OwnedWorld } from '../support/owned-world.ts'

test('a further attempt that waits for the owner keeps its budget', async () => {
  const world = new OwnedWorld()
  const budgets = { search: { maxPerDaySats: 100 } }
  world.put(accountPolicy(1, { budgets }))
  const { wallet, store } = await world.start()
  const { invoice: destination } = world.invoice({ amountMsat: 5_000n })
  world.node.scripts.push({ do: 'fail' })
  expect(await wallet.pay({ destination })).toMatchObject({ state: 'failed', retry: 'same-call' })
  world.put(accountPolicy(2, { budgets, approveAboveSats: 1 }))
  const { paymentId } = await wallet.pay({ destination, budget: 'search', waitSeconds: 0 })
  const waiting = await store.read((reader) => reader.intentById(paymentId))
  expect(waiting).toMatchObject({ state: 'awaiting_approval', attempt: 2, budget: 'search' })
})
