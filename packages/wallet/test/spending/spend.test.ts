import { LightningError, msat, satToMsat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { FEE_SAT, PEER } from '../support/fake-chain.ts'
import { World } from '../support/world.ts'
import { ADDRESS, asked, CHANNEL, KINDS, LIMITS, REQUESTS, spendWorld, times } from './spend-world.ts'

const FEE = satToMsat(FEE_SAT)

/** What is booked once the fee is known: paid, fees, capital. */
const BOOKED = {
  keysend: [1_000_000n, 1_000n, 0n],
  onchain: [100_000_000n, FEE, 0n],
  'channel-open': [50_000_000n, FEE, 150_000_000n],
  'channel-close': [0n, FEE, 0n],
  'splice-in': [0n, FEE, 100_000_000n],
  'splice-out': [100_000_000n, FEE, 0n],
} as const

describe.each(KINDS)('%s', (kind) => {
  const request = REQUESTS[kind]

  test('is done once, and books what it cost', async () => {
    const world = spendWorld()
    const { wallet, store } = await world.start({ limits: LIMITS })
    const first = await wallet.spend(request)
    expect(first).toMatchObject({ state: 'settled', kind, replayed: false })
    if (kind !== 'keysend') expect(first.txId).toMatch(/^[0-9a-f]{64}$/)
    // the fee of a transaction is known once the node's list shows it
    await world.clock.advance(5_000)
    const [paidMsat, feesMsat, capitalMsat] = BOOKED[kind]
    expect(await store.read((reader) => reader.balance('default'))).toMatchObject({
      reservedMsat: 0n,
      paidMsat,
      feesMsat,
      capitalMsat,
    })
    expect(await wallet.getPayment(first)).toMatchObject({ state: 'settled', feeMsat: feesMsat })
    expect(times(world, kind)).toBe(1)
  })

  test('the same call again tells of the first', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const first = await wallet.spend(request)
    const again = await wallet.spend(request)
    expect(again).toMatchObject({ paymentId: first.paymentId, replayed: true })
    expect(times(world, kind)).toBe(1)
  })

  test('the same key is the same spending, also after a restart', async () => {
    const world = spendWorld()
    const first = await world.start({ limits: LIMITS })
    const one = await first.wallet.spend({ ...request, idempotencyKey: 'k' })
    first.kill()
    await world.clock.advance(3_600_000)
    const second = await world.start({ limits: LIMITS })
    const two = await second.wallet.spend({ ...request, idempotencyKey: 'k' })
    expect(two).toMatchObject({ paymentId: one.paymentId, replayed: true })
    expect(times(world, kind)).toBe(1)
  })

  test('a key of another spending is a conflict', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    await wallet.spend({ ...request, idempotencyKey: 'k' })
    await expect(
      wallet.spend({ ...request, idempotencyKey: 'k', maxFeeMsat: msat(4_999n) }),
    ).rejects.toMatchObject({ code: 'idempotency_conflict' })
    const { invoice } = world.invoice()
    await expect(wallet.pay({ destination: invoice, idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    })
  })

  test('two hundred calls at once are one', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const all = await Promise.all(Array.from({ length: 200 }, () => wallet.spend(request)))
    expect(new Set(all.map(({ paymentId }) => paymentId)).size).toBe(1)
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(times(world, kind)).toBe(1)
  })

  test('a refusal before sending is thrown and holds nothing', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({
      do: 'throw',
      error: new LightningError({ code: 'insufficient_balance', message: 'too little' }),
    })
    await expect(wallet.spend(request)).rejects.toMatchObject({ code: 'insufficient_balance' })
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 0n })
    // proven that nothing was sent: the same call may
    expect(await wallet.spend(request)).toMatchObject({ state: 'settled', attempt: 2 })
    expect(times(world, kind)).toBe(1)
  })

  test('a proven failure holds nothing, and the same call tries again', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'fail' })
    expect(await wallet.spend(request)).toMatchObject({ state: 'failed', retry: 'same-call' })
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 0n })
    expect(await wallet.spend(request)).toMatchObject({ state: 'settled', attempt: 2 })
    expect(times(world, kind)).toBe(1)
  })

  test('while it is under way another key goes no other way round', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const first = await wallet.spend({ ...request, waitSeconds: 0 })
    await expect(wallet.spend({ ...request, idempotencyKey: 'other' })).rejects.toMatchObject({
      code: 'in_progress',
      message: expect.stringContaining(first.paymentId),
    })
    expect(asked(world, kind)).toBe(1)
  })

  test('a node that is away is told of earlier spending', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const first = await wallet.spend({ ...request, idempotencyKey: 'k' })
    world.node.down = new LightningError({ code: 'unavailable', message: 'the node is down' })
    const again = wallet.spend({ ...request, idempotencyKey: 'k' })
    expect(await again).toMatchObject({ paymentId: first.paymentId, replayed: true })
    await expect(wallet.spend({ ...request, idempotencyKey: 'new' })).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})

test.each(['keysend', 'onchain', 'channel-open'] as const)(
  'a further %s is meant where the call names the first',
  async (kind) => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const { paymentId } = await wallet.spend(REQUESTS[kind])
    const further = await wallet.spend({ ...REQUESTS[kind], repeatOf: paymentId })
    expect(further).toMatchObject({ state: 'settled', replayed: false })
    expect(further.paymentId).not.toBe(paymentId)
    expect((await wallet.spend({ ...REQUESTS[kind], repeatOf: paymentId })).paymentId).toBe(further.paymentId)
    expect(times(world, kind)).toBe(2)
  },
)

test('a repeat of something else is refused', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  const { paymentId } = await wallet.spend(REQUESTS.onchain)
  await expect(wallet.spend({ ...REQUESTS.keysend, repeatOf: paymentId })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('after the replay window the same coins are another payment', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  const first = await wallet.spend(REQUESTS.onchain)
  await world.clock.advance(601_000)
  expect((await wallet.spend(REQUESTS.onchain)).paymentId).not.toBe(first.paymentId)
  expect(times(world, 'onchain')).toBe(2)
})

test('one order for a channel is under way at a time', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'lose-request' })
  await wallet.spend({ ...REQUESTS['splice-in'], waitSeconds: 0 })
  for (const kind of ['channel-close', 'splice-out'] as const)
    await expect(wallet.spend(REQUESTS[kind])).rejects.toMatchObject({ code: 'in_progress' })
  await expect(
    wallet.spend({ ...REQUESTS['splice-in'], amountSat: REQUESTS.onchain.amountSat + 1n } as never),
  ).rejects.toMatchObject({ code: 'in_progress' })
})

test('a close by force may follow a cooperative one', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  await wallet.spend(REQUESTS['channel-close'])
  const forced = await wallet.spend({ kind: 'channel-close', channel: CHANNEL, mode: 'force' })
  // what a forced close pays was agreed before: nodes refuse a rate for it
  expect(world.node.chain.asked.at(-1)).not.toHaveProperty('feeRateSatPerVbyte')
  expect(forced).toMatchObject({ state: 'settled', replayed: false })
})

test('what the node is asked for is what was recorded', async () => {
  const world = spendWorld({ keepsLabels: true })
  const { wallet } = await world.start({ limits: LIMITS })
  const { paymentId, maxFeeMsat } = await wallet.spend({
    ...REQUESTS['channel-open'],
    private: true,
    feeRateSatPerVbyte: 2,
  })
  expect(world.node.chain.asked).toEqual([
    {
      operation: 'open',
      peer: PEER,
      capacitySat: 200_000n,
      pushMsat: 50_000_000n,
      private: true,
      feeRateSatPerVbyte: 2,
      maxFeeSat: maxFeeMsat / 1000n,
      label: `${paymentId}/1`,
    },
  ])
})

test('a keysend preimage is no reader’s before it has settled', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'pending' })
  const open = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
  const preimage = world.node.keysends[0]?.preimage as string
  const shown = JSON.stringify(
    [open, await wallet.getPayment(open), await wallet.listPayments({ limit: 10 })],
    (_, value) => (typeof value === 'bigint' ? `${value}` : value),
  )
  expect(shown).not.toContain(preimage)
  world.node.resolve(open.paymentHash as string, 'settled')
  await world.clock.advance(60_000)
  expect(await wallet.getPayment(open)).toMatchObject({ state: 'settled', preimage })
})

test('one under way is found behind any number of later ones', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'lose-request' })
  const first = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
  await world.clock.advance(1_000)
  const others = Array.from({ length: 201 }, (_, i) =>
    wallet.spend({ ...REQUESTS.keysend, amountMsat: msat(1_000n * BigInt(i + 1)) }),
  )
  await Promise.all(others)
  expect(await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })).toMatchObject({
    paymentId: first.paymentId,
    replayed: true,
  })
  expect(times(world, 'keysend')).toBe(201)
})

test('a wallet without the ability says so and records nothing', async () => {
  const world = spendWorld()
  world.node.profile = {
    ...world.node.profile,
    capabilities: { ...world.node.profile.capabilities, 'onchain.send': 'none' },
  }
  const { wallet, store } = await world.start({ limits: LIMITS })
  await expect(wallet.spend(REQUESTS.onchain)).rejects.toMatchObject({ code: 'unsupported' })
  const spend = { kind: 'onchain', destination: ADDRESS, amountMsat: satToMsat(100_000n) } as const
  expect(await store.read((reader) => reader.spendsTo('default', spend, 1))).toEqual([])
})

test('an address of another network is refused', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  await expect(
    wallet.spend({ ...REQUESTS.onchain, address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' }),
  ).rejects.toMatchObject({ code: 'wrong_network' })
  expect(asked(world, 'onchain')).toBe(0)
})

test('what nobody knows is in the history, with or without a hash', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  for (const kind of KINDS) {
    world.node.scripts.push({ do: 'lose-request' })
    // one order for the channel at a time
    if (kind.startsWith('splice')) continue
    await wallet.spend({ ...REQUESTS[kind], waitSeconds: 0 })
  }
  const { items } = await wallet.listPayments({ limit: 10 })
  const listed = KINDS.filter((kind) => !kind.startsWith('splice'))
  expect(items.map(({ kind }) => kind).sort()).toEqual([...listed].sort())
  for (const { status, kind, paymentHash } of items)
    expect([status, paymentHash === undefined]).toEqual(['unknown', kind !== 'keysend'])
})

test('a store in trouble stops spending, and a preview says so', async () => {
  const world = new World({ memory: true })
  const { wallet, store } = await world.start({ limits: LIMITS })
  await wallet.getBudget()
  await store.close()
  for (const kind of ['onchain', 'keysend'] as const) {
    await expect(wallet.spend(REQUESTS[kind])).rejects.toMatchObject({ code: 'spending_paused' })
    expect(await wallet.previewSpend(REQUESTS[kind])).toMatchObject({
      verdict: { allowed: false, code: 'spending_paused' },
    })
  }
  expect(world.node.chain.asked).toEqual([])
})
