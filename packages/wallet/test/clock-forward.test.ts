import { expect, test } from 'vitest'
import { World } from './support/world.ts'

const YEAR_MS = 365 * 86_400_000

test('a clock that jumps forward proves nothing', async () => {
  const world = new World()
  const timers = world.clock.process()
  let passedMs = 0
  const { wallet } = await world.start({ clock: { ...timers, elapsed: () => passedMs } })
  world.node.scripts.push({ do: 'lose-request' })
  const { invoice: destination } = world.invoice()
  const { paymentId } = await wallet.pay({ destination, waitSeconds: 0 })
  await world.clock.advance(2_000)
  const looks = world.node.lookups.length
  expect(looks).toBeGreaterThan(0)
  passedMs += 2_000
  // the request may still lie in the node's queue
  await world.clock.jump(YEAR_MS)
  await world.clock.advance(5_000)
  expect(world.node.lookups.length).toBeGreaterThan(looks)
  expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  passedMs += 31_000
  await world.clock.advance(31_000)
  expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'failed' })
})
