import { sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { ASKS, approvalOf, decide, read } from '../approvals/support.ts'
import { ADDRESS, asked, KINDS, LIMITS, REQUESTS, spendWorld, times } from './spend-world.ts'

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

test.each(['a call', 'nobody'])(
  'what came up while the owner thought is not taken for ours: sent by %s',
  async (who) => {
    const world = spendWorld()
    const { wallet, store } = await world.start(OPTIONS)
    const waiting = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
    // somebody at the node pays the same amount to the same address
    world.node.chain.addTransaction({
      netSat: -100_200n,
      outputs: [{ address: ADDRESS, amountSat: sat(100_000n) }],
    })
    world.node.scripts.push({ do: 'lose-request' })
    await decide(world, store, approvalOf(waiting), 'approve')
    if (who === 'a call') void wallet.spend(REQUESTS.onchain)
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    expect(asked(world, 'onchain')).toBe(1)
  },
)

test('a channel that was spliced while the owner thought is told from ours', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS['splice-in'], waitSeconds: 0 })
  const [channel] = world.node.chain.channels
  Object.assign(channel as object, { capacitySat: sat(1_100_000n), fundingOutpoint: `${'ee'.repeat(32)}:0` })
  world.node.scripts.push({ do: 'lose-request' })
  await decide(world, store, approvalOf(waiting), 'approve')
  await world.clock.advance(60_000)
  expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
})

test('what was approved is not changed by the words of a later call', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS['channel-open'], private: true, waitSeconds: 0 })
  await decide(world, store, approvalOf(waiting), 'approve')
  await expect(
    wallet.spend({ ...REQUESTS['channel-open'], private: false, waitSeconds: 0 }),
  ).rejects.toMatchObject({ code: 'idempotency_conflict' })
  await wallet.spend({ ...REQUESTS['channel-open'], private: true, feeRateSatPerVbyte: 2 })
  expect(world.node.chain.asked).toMatchObject([{ private: true, feeRateSatPerVbyte: 1 }])
})
