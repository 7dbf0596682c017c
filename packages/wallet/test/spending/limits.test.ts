import { msat, sat, satToMsat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/create-account.ts'
import { asked, CHANNEL, KINDS, LIMITS, REQUESTS, spendWorld, UNPROVABLE } from './spend-world.ts'

test('without a limit of its own nothing goes into channels', async () => {
  const world = spendWorld()
  const { maxIntoChannelMsat: _, ...limits } = LIMITS
  const { wallet, store } = await world.start({ limits })
  for (const kind of ['channel-open', 'splice-in'] as const) {
    await expect(wallet.spend(REQUESTS[kind])).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(asked(world, kind)).toBe(0)
  }
  const [decision] = await store.read((reader) => reader.decisions('default', 1))
  expect(decision?.rules).toContainEqual(
    expect.objectContaining({ rule: 'max_into_channel', allowed: false, binding: true }),
  )
  expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 0n })
})

test('capital is judged by its own limit, exactly', async () => {
  const world = spendWorld()
  const maxIntoChannelMsat = satToMsat(150_000n)
  const { wallet } = await world.start({ limits: { ...LIMITS, maxIntoChannelMsat } })
  const request = REQUESTS['channel-open']
  // 150,001 sats of its own
  await expect(wallet.spend({ ...request, capacitySat: sat(200_001n) })).rejects.toMatchObject({
    code: 'budget_exceeded',
  })
  expect(await wallet.spend(request)).toMatchObject({ state: 'settled', capitalMsat: maxIntoChannelMsat })
})

test('capital counts against no budget, pushed money and fees do', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start({ limits: LIMITS })
  await wallet.spend(REQUESTS['channel-open'])
  await wallet.spend(REQUESTS['splice-in'])
  await world.clock.advance(60_000)
  const usage = await store.read((reader) => reader.usage('account:default', world.clock.now()))
  expect(usage.dayMsat).toBe(satToMsat(50_000n + 200n + 200n))
  expect((await wallet.getBudget()).spentMsat).toBe(satToMsat(50_000n + 200n + 200n))
})

test('while the fee is open the largest one counts', async () => {
  const world = spendWorld()
  world.node.chain.feeSat = undefined
  const { wallet, store } = await world.start({ limits: LIMITS })
  const { maxFeeMsat } = await wallet.spend(REQUESTS['splice-in'])
  expect(maxFeeMsat).toBe(satToMsat(1_000n))
  const usage = await store.read((reader) => reader.usage('account:default', world.clock.now()))
  expect(usage.dayMsat).toBe(maxFeeMsat)
})

test('an unknown one keeps its place in every window that it began in', async () => {
  const world = spendWorld()
  const limits = { ...LIMITS, maxPerDayMsat: satToMsat(150_000n) }
  const { wallet } = await world.start({ limits })
  world.node.scripts.push({ do: 'lose-request' })
  await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
  await expect(wallet.spend({ ...REQUESTS.onchain, amountSat: sat(60_000n) })).rejects.toMatchObject({
    code: 'budget_exceeded',
  })
})

test.each(['onchain', 'splice-out'] as const)(
  'an amount above the largest payment: %s is refused',
  async (kind) => {
    const world = spendWorld()
    const limits = { ...LIMITS, maxPaymentMsat: satToMsat(99_999n) }
    const { wallet } = await world.start({ limits })
    await expect(wallet.spend(REQUESTS[kind])).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(asked(world, kind)).toBe(0)
  },
)

test('pushed money is a payment', async () => {
  const world = spendWorld()
  const limits = { ...LIMITS, maxPaymentMsat: satToMsat(49_999n) }
  const { wallet } = await world.start({ limits })
  await expect(wallet.spend(REQUESTS['channel-open'])).rejects.toMatchObject({ code: 'budget_exceeded' })
})

describe('on-chain fees', () => {
  test.each(UNPROVABLE)('an estimate above the fee limit refuses %s', async (kind) => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    await expect(
      wallet.spend({ ...REQUESTS[kind], feeRateSatPerVbyte: 5, maxFeeMsat: satToMsat(400n) }),
    ).rejects.toMatchObject({ code: 'fee_limit_exceeded' })
    expect(asked(world, kind)).toBe(0)
  })

  test.each(KINDS)('a fee above the owner’s share is refused: %s', async (kind) => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    await expect(wallet.spend({ ...REQUESTS[kind], maxFeeMsat: satToMsat(10_000n) })).rejects.toMatchObject({
      code: 'budget_exceeded',
    })
    expect(asked(world, kind)).toBe(0)
  })

  test('a backend that caps what an opening costs is told the cap, and needs no coins to be seen', async () => {
    const world = spendWorld({ capsOpeningFee: true })
    world.node.chain.hidesCoins = true
    const { wallet } = await world.start({ limits: LIMITS })
    const maxFeeMsat = msat(300_999n)
    await wallet.spend({ ...REQUESTS['channel-open'], maxFeeMsat })
    expect(world.node.chain.asked).toMatchObject([{ operation: 'open', maxFeeSat: 300n }])
  })

  test.each(['splice-in', 'splice-out'] as const)(
    'a node that splices at its own rate does so where the owner lets it: %s',
    async (kind) => {
      const world = spendWorld({ choosesSpliceFee: true })
      const limited = await world.start({ limits: LIMITS })
      await expect(limited.wallet.spend({ ...REQUESTS[kind], feeRateSatPerVbyte: 1 })).rejects.toMatchObject({
        code: 'unsupported',
      })
      expect(asked(world, kind)).toBe(0)
      limited.kill()
      const free = await world.start({ limits: { ...LIMITS, allowUncappedFees: true } })
      expect(await free.wallet.spend(REQUESTS[kind])).toMatchObject({ state: 'settled' })
    },
  )

  test('a forced close is judged by the rate that the node will pay, not by a lower one that was given', async () => {
    const world = spendWorld()
    world.node.chain.estimate = 100
    const { wallet } = await world.start({ limits: LIMITS })
    const close = { ...REQUESTS['channel-close'], feeRateSatPerVbyte: 1 }
    await expect(wallet.spend({ ...close, mode: 'force' })).rejects.toMatchObject({
      code: 'fee_limit_exceeded',
    })
    expect(await wallet.spend(close)).toMatchObject({ state: 'settled' })
  })

  test('a node that hides its coins spends them where the owner lets it', async () => {
    const world = spendWorld()
    world.node.chain.hidesCoins = true
    const limited = await world.start({ limits: LIMITS })
    await expect(limited.wallet.spend(REQUESTS.onchain)).rejects.toMatchObject({ code: 'unsupported' })
    limited.kill()
    const free = await world.start({ limits: { ...LIMITS, allowUncappedFees: true } })
    expect(await free.wallet.spend(REQUESTS.onchain)).toMatchObject({ state: 'settled' })
  })

  test('an overrun is booked in full and alarmed', async () => {
    const world = spendWorld()
    world.node.chain.feeSat = 5_000n
    const lines: string[] = []
    const log = { info: () => {}, warn: () => {}, error: (line: string) => void lines.push(line) }
    const { wallet, store } = await world.start({ limits: LIMITS, log })
    await wallet.spend(REQUESTS.onchain)
    await world.clock.advance(5_000)
    expect(await store.read((reader) => reader.balance('default'))).toMatchObject({
      feesMsat: satToMsat(5_000n),
    })
    expect(lines.join()).toContain('cost more than it was allowed to')
  })

  test('the rate is the node’s estimate where none is given', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    await wallet.spend(REQUESTS.onchain)
    expect(world.node.chain.asked).toMatchObject([{ feeRateSatPerVbyte: 1 }])
  })
})

describe('deny and allow', () => {
  test('a budget that there is not is refused', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    await expect(wallet.spend({ ...REQUESTS.keysend, budget: 'none' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })
})

test.each(KINDS)('more than the owner lets pass waits for the owner: %s', async (kind) => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: { ...LIMITS, approveAboveMsat: msat(0n) } })
  const call = wallet.spend({ ...REQUESTS[kind], returnAwaitingApproval: true })
  const moves = kind !== 'channel-close'
  if (moves) expect(await call).toMatchObject({ state: 'awaiting_approval', kind })
  else expect(await call).toMatchObject({ state: 'settled' })
  expect(asked(world, kind)).toBe(moves ? 0 : 1)
  if (moves) expect((await wallet.getBudget()).reservedMsat).toBe(0n)
})

test.each(UNPROVABLE)('an account on a shared node is refused: %s', async (kind) => {
  const world = spendWorld()
  const { store, kill } = await world.start({ limits: LIMITS })
  await createAccount(store, { name: 'agent', kind: 'tracked', identity: world.node.profile.identity })
  kill()
  const agent = await world.start({ limits: LIMITS, account: 'agent' })
  await expect(agent.wallet.spend(REQUESTS[kind])).rejects.toMatchObject({ code: 'permission_denied' })
  expect(asked(world, kind)).toBe(0)
  expect(world.node.chain.channels.find(({ channelId }) => channelId === CHANNEL.channelId)?.state).toBe(
    'active',
  )
})
