import { expect, test } from 'vitest'
import { ASKS, approvalOf, decide, read } from '../approvals/support.ts'
import { asked, KINDS, LIMITS, REQUESTS, spendWorld, times } from './spend-world.ts'

// a close moves nothing to anybody: no amount is above the threshold
const ASKED = KINDS.filter((kind) => kind !== 'channel-close')
const OPTIONS = { ...ASKS, limits: { ...LIMITS, ...ASKS.limits } }

test.each(ASKED)('%s is done once the owner approves, and once only', async (kind) => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS[kind], waitSeconds: 0 })
  expect(waiting).toMatchObject({ state: 'awaiting_approval', kind })
  expect(asked(world, kind)).toBe(0)
  const approvalId = approvalOf(waiting)
  await decide(world, store, approvalId, 'approve')
  await world.clock.advance(10_000)
  expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'settled' })
  expect(await read(store, approvalId)).toMatchObject({ state: 'used' })
  expect(await wallet.spend(REQUESTS[kind])).toMatchObject({
    paymentId: waiting.paymentId,
    replayed: true,
  })
  expect(times(world, kind)).toBe(1)
})

test.each(ASKED)('%s that the owner denies is not done', async (kind) => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS[kind], waitSeconds: 0 })
  await decide(world, store, approvalOf(waiting), 'deny')
  await world.clock.advance(10_000)
  expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'denied' })
  expect(asked(world, kind)).toBe(0)
})

test('the owner sees what is bound, and no secret', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const opening = await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })
  const shown = await read(store, approvalOf(opening))
  expect(shown).toMatchObject({
    kind: 'channel-open',
    destination: REQUESTS['channel-open'].peer,
    amountMsat: 50_000_000n,
    capitalMsat: 150_000_000n,
  })
  const keysend = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
  const intent = await store.read((reader) => reader.intentById(keysend.paymentId))
  const secret = String(intent?.details?.['preimage'])
  expect(secret).toMatch(/^[0-9a-f]{64}$/)
  const told = JSON.stringify(await read(store, approvalOf(keysend)), (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  expect(told).not.toContain(secret)
})

test('an approved one that is lost is found again, not approved again', async () => {
  const world = spendWorld({ keepsLabels: true })
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
  await decide(world, store, approvalOf(waiting), 'approve')
  world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
  await world.clock.advance(60_000)
  expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'settled' })
  expect(times(world, 'onchain')).toBe(1)
})
