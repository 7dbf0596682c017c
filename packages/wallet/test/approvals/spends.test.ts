import { expect, test } from 'vitest'
import { ADDRESS, LIMITS, REQUESTS, spendWorld, times } from '../spending/spend-world.ts'
import { FEE_SAT } from '../support/fake-chain.ts'
import { ASKS, approvalOf, decide, read } from './support.ts'

const OPTIONS = { ...ASKS, limits: { ...LIMITS, ...ASKS.limits } }

test('what the owner did by hand meanwhile is not taken for the approved one', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
  world.node.chain.addTransaction({
    netSat: -100_000n - FEE_SAT,
    outputs: [{ address: ADDRESS, amountSat: REQUESTS.onchain.amountSat }],
  } as never)
  await decide(world, store, approvalOf(waiting), 'approve')
  world.node.scripts.push({ do: 'lose-request' })
  await world.clock.advance(120_000)
  expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  expect(await read(store, approvalOf(waiting))).toMatchObject({ state: 'used' })
  expect(times(world, 'onchain')).toBe(0)
})

test('an approved channel that is gone ends the spending', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const waiting = await wallet.spend({ ...REQUESTS['splice-out'], waitSeconds: 0 })
  world.node.chain.channels.length = 0
  await decide(world, store, approvalOf(waiting), 'approve')
  await world.clock.advance(2_000)
  expect(await wallet.getPayment(waiting)).toMatchObject({
    state: 'canceled',
    failure: { reason: 'not_found' },
  })
  expect(await read(store, approvalOf(waiting))).toMatchObject({ state: 'canceled' })
})

test('the owner is shown channel, peer and mode', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start(OPTIONS)
  const opening = await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })
  expect(await read(store, approvalOf(opening))).toMatchObject({
    capitalMsat: 150_000_000n,
    terms: { peer: REQUESTS['channel-open'].peer, pushMsat: '50000000' },
  })
})
