import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { SAFETY_BLOCKS } from '../../src/hold/hold-deadline.ts'
import { STORE } from '../support/stores.ts'
import { rest } from '../support/test-clock.ts'
import { HoldWorld, MINUTE_MS, PATIENCE_MS } from './hold-world.ts'

const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** What comes out the same on any database. */
const onOne = test.runIf(STORE === 'sqlite')

test('a forgotten held payment is sent back before it times out, and not earlier', async () => {
  const world = new HoldWorld()
  const { wallet, store } = await world.start()
  const held = await world.accepted(wallet)
  world.mineUntil(held.deadline, SAFETY_BLOCKS + 1)
  await world.clock.advance(30 * MINUTE_MS)
  expect(world.decided).toEqual([])
  expect(await world.status(held.paymentHash)).toBe('accepted')
  world.mineUntil(held.deadline, SAFETY_BLOCKS)
  await world.clock.advance(PATIENCE_MS)
  expect(world.decided).toEqual(['cancel'])
  expect(await world.payerSays(held.paymentHash)).toBe('failed')
  const [decision] = await store.read((reader) => reader.decisions('default', 1))
  expect(decision).toMatchObject({ code: 'hold_cancel', rules: [{ rule: 'hold_deadline' }] })
  await expect(wallet.settleHoldInvoice(held)).rejects.toMatchObject({ code: 'not_found' })
})

test('one that is to be settled is, also after the wallet was away', async () => {
  const world = new HoldWorld()
  const first = await world.start()
  const held = await world.accepted(first.wallet, { onDeadline: 'settle' })
  first.kill()
  world.mineUntil(held.deadline, SAFETY_BLOCKS - 2)
  await world.clock.jump(DAY_MS)
  expect(world.decided).toEqual([])
  const second = await world.start()
  await world.clock.advance(MINUTE_MS)
  expect(world.decided).toEqual(['settle'])
  expect(await world.payerSays(held.paymentHash)).toBe('settled')
  const { identity } = await world.network.wallet('shop').connect()
  expect(await second.store.read((reader) => reader.hold(identity, held.paymentHash))).toMatchObject({
    state: 'settled',
    decision: 'settle',
    decidedBy: 'guardian',
    nextLookAtMs: 0,
  })
})

test('a wallet that died between the decision and the call leaves it to the next', async () => {
  const world = new HoldWorld()
  const first = await world.start()
  const held = await world.accepted(first.wallet)
  world.fault = { operation: 'cancel', arrives: false }
  world.mineUntil(held.deadline, SAFETY_BLOCKS)
  await world.clock.advance(MINUTE_MS / 2)
  first.kill()
  await world.start()
  await world.clock.advance(PATIENCE_MS)
  expect(world.decided).toEqual(['cancel'])
  expect(await world.status(held.paymentHash)).toBe('canceled')
})

test('of two wallets on one store one acts, once', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  await world.start()
  const held = await world.accepted(wallet)
  world.mineUntil(held.deadline, SAFETY_BLOCKS)
  await world.clock.advance(2 * PATIENCE_MS)
  expect(world.decided).toEqual(['cancel'])
})

onOne(
  'a node that is down near the deadline is tried more and more often, and an operator told',
  async () => {
    const world = new HoldWorld()
    const { wallet } = await world.start()
    const held = await world.accepted(wallet)
    world.mineUntil(held.deadline, SAFETY_BLOCKS + 1)
    await world.clock.advance(MINUTE_MS)
    world.down = new LightningError({ code: 'unavailable', message: 'the node is away' })
    const triesDuring = async (ms: number): Promise<number> => {
      const before = world.triedInVain
      await world.clock.advance(ms)
      return world.triedInVain - before
    }
    // the chain goes on while nobody can see it
    const early = await triesDuring(5 * MINUTE_MS)
    await world.clock.jump(2 * 60 * MINUTE_MS)
    const late = await triesDuring(5 * MINUTE_MS)
    expect(late).toBeGreaterThan(1.5 * early)
    expect(world.decided).toEqual([])
    expect(world.alarms.filter((line) => line.includes(held.paymentHash)).length).toBeGreaterThan(0)
    world.down = undefined
    world.mineUntil(held.deadline, SAFETY_BLOCKS - 4)
    await world.clock.advance(MINUTE_MS)
    expect(world.decided).toEqual(['cancel'])
    expect(await world.payerSays(held.paymentHash)).toBe('failed')
  },
)

test('one that is to be settled but cannot be read is canceled in the end', async () => {
  const world = new HoldWorld()
  const first = await world.start({ invoiceKeyFile: undefined as never })
  const held = await world.accepted(first.wallet, { onDeadline: 'settle' })
  first.kill()
  await world.start()
  world.mineUntil(held.deadline, SAFETY_BLOCKS - 1)
  await world.clock.advance(PATIENCE_MS)
  // another process may have the key
  expect(world.decided).toEqual([])
  world.mineUntil(held.deadline, 14)
  await world.clock.advance(PATIENCE_MS)
  expect(world.decided).toEqual(['cancel'])
})

onOne('what was made with other software is left alone', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  const held = await world.accepted(wallet, { paymentHash: '11'.repeat(32) as never })
  const foreign = await world.network.wallet('shop').hold?.create({
    paymentHash: '22'.repeat(32) as never,
    amountMsat: held.amountMsat as never,
    expirySeconds: 86_400,
  })
  void world.pay(foreign?.invoice ?? '')
  await world.clock.advance(PATIENCE_MS)
  world.mineUntil(held.deadline, SAFETY_BLOCKS - 2)
  await world.clock.advance(PATIENCE_MS)
  expect(world.decided).toEqual(['cancel'])
  expect(await world.status('22'.repeat(32))).toBe('accepted')
})

onOne('an invoice that nobody paid is looked at no more once it has long expired', async () => {
  const world = new HoldWorld()
  const { wallet, store } = await world.start()
  const made = await wallet.createHoldInvoice({ amountMsat: msat(1_000n), expirySeconds: 60 })
  const { identity } = await world.network.wallet('shop').connect()
  const record = () => store.read((reader) => reader.hold(identity, made.paymentHash))
  await world.clock.jump(MINUTE_MS + DAY_MS)
  await world.clock.advance(2 * HOUR_MS)
  // by one leap of the clock nothing is over
  expect(await record()).toMatchObject({ state: 'open' })
  for (let hour = 0; hour < 24; hour++) {
    await world.clock.jump(HOUR_MS)
    await world.clock.advance(MINUTE_MS)
  }
  expect(await record()).toMatchObject({ state: 'expired', nextLookAtMs: 0 })
})

describe('a clock that is put back', () => {
  onOne('forgets no invoice that seemed to have expired', async () => {
    const world = new HoldWorld()
    const { wallet } = await world.start()
    const made = await wallet.createHoldInvoice({ amountMsat: msat(1_000_000n), expirySeconds: 3600 })
    await world.clock.jump(3 * DAY_MS)
    await world.clock.advance(PATIENCE_MS)
    await world.clock.back(3 * DAY_MS)
    await world.clock.advance(MINUTE_MS)
    void world.pay(made.invoice ?? '')
    await rest()
    await world.clock.advance(PATIENCE_MS)
    const found = await wallet.lookupInvoice(made)
    expect(found?.status).toBe('accepted')
    world.mineUntil(found?.htlcExpiryHeight ?? 0, SAFETY_BLOCKS)
    await world.clock.advance(PATIENCE_MS)
    expect(world.decided).toEqual(['cancel'])
  })

  onOne('delays no look at a payment that is held', async () => {
    const world = new HoldWorld()
    const first = await world.start()
    const held = await world.accepted(first.wallet)
    await world.clock.jump(3 * DAY_MS)
    await world.clock.advance(MINUTE_MS)
    first.kill()
    await world.clock.back(3 * DAY_MS)
    await world.start()
    world.mineUntil(held.deadline, SAFETY_BLOCKS)
    await world.clock.advance(PATIENCE_MS)
    expect(world.decided).toEqual(['cancel'])
  })
})

describe('a node that does not say how far the chain is', () => {
  /** Real time goes by as blocks do. */
  const passBlocks = async (world: HoldWorld, count: number): Promise<void> => {
    for (let block = 0; block < count; block++) await world.clock.advance(10 * MINUTE_MS)
  }

  onOne.each<[string, (world: HoldWorld) => HoldWorld['altered']]>([
    [
      'stands still',
      ({ network: { blockHeight } }) =>
        (operation, answer) =>
          operation === 'getInfo' ? { ...(answer as object), blockHeight } : answer,
    ],
    [
      'is silent',
      () => (operation, answer) => {
        if (operation === 'getInfo') throw new LightningError({ code: 'unavailable', message: 'not now' })
        return answer
      },
    ],
  ])('and %s is taken to go at its usual pace', async (_, alter) => {
    const world = new HoldWorld()
    const { wallet } = await world.start()
    const held = await world.accepted(wallet)
    world.mineUntil(held.deadline, SAFETY_BLOCKS + 9)
    await world.clock.advance(PATIENCE_MS)
    world.altered = alter(world)
    await passBlocks(world, 7)
    expect(world.decided).toEqual([])
    await passBlocks(world, 3)
    expect(world.decided).toEqual(['cancel'])
  })

  onOne('a deadline that it does not tell is not put later by a wallet that was away', async () => {
    const world = new HoldWorld()
    world.altered = (operation, answer) =>
      operation === 'lookupInvoice' ? { ...(answer as object), htlcExpiryHeight: undefined } : answer
    const first = await world.start()
    const made = await first.wallet.createHoldInvoice({ amountMsat: msat(1_000n), expirySeconds: 86_400 })
    first.kill()
    void world.pay(made.invoice ?? '')
    await rest()
    const { htlcExpiryHeight = 0 } = (await world.network.wallet('shop').lookupInvoice(made)) ?? {}
    const blocks = htlcExpiryHeight - world.network.blockHeight - SAFETY_BLOCKS
    await world.clock.jump(blocks * 10 * MINUTE_MS)
    world.network.mineBlocks(blocks)
    await world.start()
    await world.clock.advance(PATIENCE_MS)
    expect(world.decided).toEqual(['cancel'])
  })
})
