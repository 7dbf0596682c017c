import { decodeOffer } from '@lightning-mcp/codec'
import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { WAITS_FOR_OWNER } from '../../src/dispatch/spent.ts'
import type { SpendRequest } from '../../src/spending/spend-request.ts'
import { ASKS, approvalOf, decide, read } from '../approvals/support.ts'
import { capabilities } from '../support/fake-node.ts'
import { ISSUER } from '../support/fake-offers.ts'
import { STORE } from '../support/stores.ts'
import { LIMITS, spendWorld } from './spend-world.ts'

const MINUTE_MS = 60_000
const LEASE_MS = 15_000
const AMOUNT = 1_000_000n

const request = (offer: string, more: object = {}): SpendRequest => ({
  kind: 'offer',
  offer,
  amountMsat: msat(AMOUNT),
  waitSeconds: 0,
  ...more,
})

const withoutFetch = { capabilities: { ...capabilities, 'offers.fetchInvoice': 'none' as const } }
const moved = (world: ReturnType<typeof spendWorld>): number =>
  [...world.node.moved.values()].reduce((sum, count) => sum + count, 0)

async function start(options: Parameters<typeof spendWorld>[0] = {}, wallet: object = {}) {
  const world = spendWorld(options)
  const offer = world.node.offers.make()
  const process = await world.start({ limits: LIMITS, ...wallet })
  return { world, offer, ...process }
}

describe('an offer whose invoice is fetched', () => {
  test('is paid by the invoice that was pinned before', async () => {
    const { world, offer, wallet } = await start()
    const paid = await wallet.spend(request(offer, { payerNote: 'for two', maxFeeMsat: msat(5_000n) }))
    const [fetched] = world.node.offers.fetched
    expect(paid).toMatchObject({
      kind: 'offer',
      state: 'settled',
      destination: `offer:${decodeOffer(offer).offerId}`,
      payee: ISSUER,
      description: 'a coffee',
      amountMsat: AMOUNT,
      feeMsat: 1_000n,
      paymentHash: fetched?.paymentHash,
    })
    expect(world.node.offers.paid).toMatchObject([
      { offer, invoice: fetched?.invoice, maxFeeMsat: 5_000n, payerNote: 'for two' },
    ])
  })

  test('asked for again within ten minutes, or by its key, is the same payment', async () => {
    const { world, offer, wallet } = await start()
    const paid = await wallet.spend(request(offer))
    expect(await wallet.spend(request(offer.toUpperCase()))).toMatchObject({
      paymentId: paid.paymentId,
      replayed: true,
    })
    await expect(wallet.spend(request(offer, { payerNote: 'another' }))).rejects.toMatchObject({
      code: 'idempotency_conflict',
    })
    const again = await wallet.spend(request(offer, { repeatOf: paid.paymentId }))
    expect(again).toMatchObject({ state: 'settled', replayed: false })
    await world.clock.advance(11 * MINUTE_MS)
    expect(await wallet.spend(request(offer))).toMatchObject({ replayed: false })
    expect(moved(world)).toBe(3)
  })

  test('another key does not go round one that is under way', async () => {
    const { world, offer, wallet } = await start()
    world.node.scripts.push({ do: 'lose-reply', outcome: 'pending' })
    const open = await wallet.spend(request(offer))
    await expect(wallet.spend(request(offer, { idempotencyKey: 'another' }))).rejects.toMatchObject({
      code: 'in_progress',
      message: expect.stringContaining(open.paymentId),
    })
    expect(moved(world)).toBe(1)
  })

  test('a lost reply is found by the pinned hash', async () => {
    const { world, offer, wallet } = await start()
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend(request(offer))
    expect(open).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    await world.clock.advance(MINUTE_MS)
    expect(await wallet.getPayment(open)).toMatchObject({ state: 'settled', preimage: expect.any(String) })
    expect(moved(world)).toBe(1)
  })

  test('after a failure the pinned invoice is paid again, and a fresh one once that has expired', async () => {
    const { world, offer, wallet } = await start()
    world.node.scripts.push({ do: 'fail' }, { do: 'fail', sameHashRetryable: false })
    const first = await wallet.spend(request(offer))
    const second = await wallet.spend(request(offer))
    expect([first, second]).toMatchObject([
      { state: 'failed', attempt: 1 },
      { state: 'failed', attempt: 2 },
    ])
    expect(second.paymentHash).toBe(first.paymentHash)
    // burnt, and still payable by somebody who kept it: no other takes its place
    const waiting = await wallet.spend(request(offer))
    expect(waiting).toMatchObject({ paymentId: first.paymentId, state: 'failed', replayed: true })
    await expect(wallet.spend(request(offer, { idempotencyKey: 'k' }))).rejects.toMatchObject({
      code: 'in_progress',
    })
    await world.clock.advance(world.node.offers.expirySeconds * 1000)
    const third = await wallet.spend(request(offer))
    expect(third).toMatchObject({ paymentId: first.paymentId, state: 'settled', attempt: 3 })
    expect(third.paymentHash).not.toBe(first.paymentHash)
    expect(world.node.offers.fetched).toHaveLength(2)
    expect(moved(world)).toBe(1)
  })

  test.each([
    [
      'of another amount',
      (world: ReturnType<typeof spendWorld>) => {
        world.node.offers.asks = (amount) => msat(amount + 1n)
      },
    ],
    [
      'of another offer',
      (world: ReturnType<typeof spendWorld>) => {
        world.node.offers.instead = world.node.offers.make({ description: 'something else' })
      },
    ],
  ])('an invoice %s is not paid', async (_, spoil) => {
    const world = spendWorld()
    const offer = world.node.offers.make({ amountMsat: AMOUNT })
    const { wallet } = await world.start({ limits: LIMITS })
    spoil(world)
    const { amountMsat: __, ...fixed } = request(offer) as { amountMsat?: unknown } & SpendRequest
    await expect(wallet.spend(fixed as SpendRequest)).rejects.toMatchObject({ sent: 'no' })
    expect(world.node.offers.paid).toEqual([])
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  })

  test('an owner of an offer that does not answer costs nothing', async () => {
    const { world, offer, wallet } = await start()
    world.node.offers.faults.push(new LightningError({ code: 'unavailable', message: 'no answer' }))
    await expect(wallet.spend(request(offer))).rejects.toMatchObject({ code: 'unavailable' })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    expect(await wallet.spend(request(offer))).toMatchObject({ state: 'settled' })
  })

  test.runIf(STORE === 'sqlite').each(['created', 'minted', 'recorded', 'answered'] as const)(
    'killed at %s, the same call pays at most once',
    async (dieAt) => {
      const world = spendWorld()
      const offer = world.node.offers.make()
      const first = await world.start({ dieAt, limits: LIMITS })
      void first.wallet.spend(request(offer))
      await world.clock.advance(0)
      const second = await world.start({ limits: LIMITS })
      await world.clock.advance(LEASE_MS + 61_000)
      await second.wallet.spend(request(offer))
      await world.clock.advance(MINUTE_MS)
      expect(await second.wallet.spend(request(offer))).toMatchObject({ state: 'settled' })
      expect(moved(world)).toBe(1)
    },
  )

  test('is fetched only after the owner’s approval, which binds offer, amount and fee', async () => {
    const world = spendWorld()
    const offer = world.node.offers.make()
    const { wallet, store } = await world.start({ ...ASKS, limits: { ...LIMITS, ...ASKS.limits } })
    const waiting = await wallet.spend(request(offer, { maxFeeMsat: msat(7_000n) }))
    expect(waiting).toMatchObject({ state: 'awaiting_approval', description: 'a coffee' })
    expect(world.node.offers.fetched).toEqual([])
    const approvalId = approvalOf(waiting)
    expect(await read(store, approvalId)).toMatchObject({
      kind: 'offer',
      destination: `offer:${decodeOffer(offer).offerId}`,
      amountMsat: AMOUNT,
      maxFeeMsat: 7_000n,
      description: 'a coffee',
    })
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(10_000)
    expect(await wallet.getPayment(waiting)).toMatchObject({ state: 'settled' })
    expect(world.node.offers.paid).toMatchObject([{ maxFeeMsat: 7_000n }])
  })
})

test('a record that was changed to name another offer pays nothing', async () => {
  const world = spendWorld()
  const [approved, other] = [world.node.offers.make(), world.node.offers.make()]
  const { wallet, store } = await world.start({ ...ASKS, limits: { ...LIMITS, ...ASKS.limits } })
  const waiting = await wallet.spend(request(approved))
  const { details } = (await store.read((reader) => reader.intentById(waiting.paymentId))) ?? {}
  await store.transaction((writer) =>
    writer.updateIntent(
      waiting.paymentId,
      { from: ['awaiting_approval'] },
      { details: { ...details, offer: other } },
    ),
  )
  await decide(world, store, approvalOf(waiting), 'approve')
  await world.clock.advance(10_000)
  expect(world.node.offers.paid).toEqual([])
  expect(await wallet.getPayment(waiting)).not.toMatchObject({ state: 'settled' })
})

test('limits hold for an offer, and what is refused is not fetched', async () => {
  const { world, offer, wallet } = await start({}, { limits: { maxPaymentMsat: msat(AMOUNT - 1n) } })
  await expect(wallet.spend(request(offer))).rejects.toMatchObject({ code: 'budget_exceeded' })
  expect(world.node.offers.fetched).toEqual([])
})

test('what cannot be paid is refused before anything is asked', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  const fixed = world.node.offers.make({ amountMsat: AMOUNT })
  const open = world.node.offers.make()
  await expect(wallet.spend(request(fixed))).rejects.toMatchObject({ code: 'amount_not_allowed' })
  await expect(wallet.spend({ kind: 'offer', offer: open })).rejects.toMatchObject({
    code: 'amount_required',
  })
  await expect(wallet.spend(request('lno1nonsense'))).rejects.toMatchObject({ code: 'invalid_request' })
  expect(world.node.offers.fetched).toEqual([])
})

describe('an offer whose invoice the backend fetches itself', () => {
  test('takes its hash from the answer', async () => {
    const { world, offer, wallet } = await start(withoutFetch)
    const paid = await wallet.spend(request(offer))
    expect(paid).toMatchObject({ state: 'settled', paymentHash: expect.any(String) })
    expect(world.node.offers.paid[0]).not.toHaveProperty('invoice')
  })

  test('a lost reply is found as the one new payment of the offer', async () => {
    const { world, offer, wallet } = await start(withoutFetch)
    await world.node.offers.payByHand(offer, AMOUNT)
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend(request(offer))
    expect(open).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    await world.clock.advance(MINUTE_MS)
    expect(await wallet.getPayment(open)).toMatchObject({ state: 'settled' })
    expect(await wallet.spend(request(offer))).toMatchObject({ paymentId: open.paymentId, replayed: true })
    expect(world.node.offers.paid).toHaveLength(1)
  })

  test('of two that it could be, neither is', async () => {
    const { world, offer, wallet } = await start(withoutFetch)
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend(request(offer))
    await world.node.offers.payByHand(offer, AMOUNT)
    await world.clock.jump(5 * 86_400_000)
    expect(await wallet.spend(request(offer))).toMatchObject({
      paymentId: open.paymentId,
      outcome: 'unknown',
      warnings: [WAITS_FOR_OWNER],
    })
    expect(world.node.offers.paid).toHaveLength(1)
  })

  test('one that failed by hand proves nothing at the first look', async () => {
    const { world, offer, wallet } = await start(withoutFetch)
    world.node.scripts.push({ do: 'late', afterMs: 20_000, outcome: 'settled' }, { do: 'fail' })
    const open = await wallet.spend(request(offer))
    await world.node.offers.payByHand(offer, AMOUNT)
    await world.clock.advance(10_000)
    expect(await wallet.getPayment(open)).toMatchObject({ outcome: 'unknown' })
    await world.clock.advance(2 * MINUTE_MS)
    expect(await wallet.getPayment(open)).not.toMatchObject({ state: 'failed' })
  })

  test('after a failure none is fetched before that of the failed one has surely expired', async () => {
    const { world, offer, wallet } = await start(withoutFetch)
    world.node.scripts.push({ do: 'fail' })
    const failed = await wallet.spend(request(offer))
    expect(failed).toMatchObject({ state: 'failed', retry: 'fresh-invoice' })
    expect(await wallet.spend(request(offer))).toMatchObject({ state: 'failed', replayed: true })
    expect(world.node.offers.paid).toHaveLength(1)
    await world.clock.advance(7_200_000)
    expect(await wallet.spend(request(offer))).toMatchObject({ state: 'settled', attempt: 2 })
  })

  test.each([{ do: 'pending' }, { do: 'lose-reply', outcome: 'pending' }] as const)(
    'nor after a failure that a later look shows: $do',
    async (script) => {
      const { world, offer, wallet } = await start(withoutFetch)
      world.node.scripts.push(script)
      const open = await wallet.spend(request(offer))
      await world.clock.advance(MINUTE_MS)
      const pending = await wallet.getPayment(open)
      expect(pending).toMatchObject({ state: 'dispatched', outcome: 'pending' })
      world.node.resolve(pending?.paymentHash ?? '', 'failed')
      await world.clock.advance(5 * MINUTE_MS)
      expect(await wallet.spend(request(offer))).toMatchObject({ state: 'failed', retry: 'fresh-invoice' })
      expect(world.node.offers.paid).toHaveLength(1)
    },
  )
})
