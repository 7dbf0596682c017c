import { expect, onTestFinished, test } from 'vitest'
import { Leases } from '../src/leases.ts'
import { intent } from './support/intents.ts'
import { openFreshStore } from './support/stores.ts'
import { TestClock, until } from './support/test-clock.ts'

const LEASE_MS = 15_000

async function held() {
  const clock = new TestClock()
  const store = openFreshStore()
  onTestFinished(() => store.close())
  const leases = new Leases({ store, clock: clock.process(), owner: 'me', leaseMs: LEASE_MS })
  const leaseUntilMs = clock.now() + LEASE_MS
  const mine = intent({ owner: 'me', leaseUntilMs })
  await store.transaction((writer) => writer.insertIntent(mine))
  return { clock, store, leases, mine, lost: leases.hold(mine.paymentId, leaseUntilMs) }
}

test('a lease is kept as long as the process lives', async () => {
  const { clock, leases, mine, lost } = await held()
  await clock.advance(4 * LEASE_MS)
  expect(leases.lapsed(mine.paymentId)).toBe(false)
  expect(lost.aborted).toBe(false)
})

test('what another process took meanwhile is lost, not renewed', async () => {
  const { clock, store, leases, mine, lost } = await held()
  await store.transaction((writer) =>
    writer.updateIntent(mine.paymentId, { from: ['dispatched'] }, { owner: 'somebody else' }),
  )
  await clock.advance(LEASE_MS / 3)
  await until(() => lost.aborted)
  expect(leases.lapsed(mine.paymentId)).toBe(true)
})

test('a further hold ends the one before, whose end leaves it alone', async () => {
  const { clock, leases, mine, lost } = await held()
  const further = leases.hold(mine.paymentId, clock.now() + LEASE_MS)
  expect(lost.aborted).toBe(true)
  leases.letGo(mine.paymentId, lost)
  expect(leases.lapsed(mine.paymentId)).toBe(false)
  leases.letGo(mine.paymentId, further)
  expect(leases.lapsed(mine.paymentId)).toBe(true)
})
