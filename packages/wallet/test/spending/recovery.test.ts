import { LightningError, msat, sat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { WAITS_FOR_OWNER } from '../../src/dispatch/spent.ts'
import { resolveByOwner } from '../../src/spending/resolve-by-owner.ts'
import { STEPS } from '../../src/steps.ts'
import { ASKS, approvalOf, decide } from '../approvals/support.ts'
import { PEER } from '../support/fake-chain.ts'
import {
  ADDRESS,
  asked,
  CHANNEL,
  KINDS,
  LIMITS,
  REQUESTS,
  spendWorld,
  times,
  UNPROVABLE,
} from './spend-world.ts'

const LEASE_MS = 15_000
const DAY_MS = 86_400_000
const sendingSteps = STEPS.filter((step) => step !== 'created' && step !== 'minted')

describe.each(KINDS)('%s', (kind) => {
  const request = REQUESTS[kind]

  test.each([true, false])('a lost reply is found again, with labels: %s', async (keepsLabels) => {
    const world = spendWorld({ keepsLabels })
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend({ ...request, waitSeconds: 0 })
    expect(open).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(open)).toMatchObject({ state: 'settled' })
    expect(await wallet.spend(request)).toMatchObject({ paymentId: open.paymentId, replayed: true })
    expect(asked(world, kind)).toBe(1)
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  })

  test('a node that never answers is asked once', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.script = { do: 'hang', outcome: 'settled' }
    const calls = [1, 2, 3].map(() => wallet.spend({ ...request, waitSeconds: 1 }))
    await world.clock.advance(2_000)
    for (const answer of await Promise.all(calls)) expect(answer).toMatchObject({ state: 'dispatched' })
    expect(asked(world, kind)).toBe(1)
    expect((await wallet.getBudget()).reservedMsat).toBeGreaterThan(0n)
  })

  test.each(sendingSteps)('killed at %s, the same call does it at most once', async (dieAt) => {
    const world = spendWorld()
    const first = await world.start({ dieAt, limits: LIMITS })
    void first.wallet.spend(request)
    await world.clock.advance(0)
    const second = await world.start({ limits: LIMITS })
    await world.clock.advance(LEASE_MS + 61_000)
    const again = await second.wallet.spend({ ...request, waitSeconds: 0 })
    expect(again.replayed).toBe(again.state !== 'settled' || again.attempt === 1)
    expect(times(world, kind)).toBeLessThanOrEqual(1)
    const wasSent = dieAt !== 'recorded' && dieAt !== 'before-send'
    if (wasSent) expect(again).toMatchObject({ state: 'settled', attempt: 1 })
    else if (kind === 'keysend') expect(again).toMatchObject({ state: 'settled', attempt: 2 })
    // nobody can prove that a transaction was never made
    else expect(again).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    if (wasSent) expect((await second.wallet.getBudget()).reservedMsat).toBe(0n)
  })
})

test('a node that answers nothing before anything is on record has moved nothing', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  await wallet.spend(REQUESTS.onchain)
  world.node.down = new LightningError({ code: 'unavailable', message: 'no answer in time', sent: 'maybe' })
  const late = { code: 'unavailable', message: 'no answer in time' }
  await expect(wallet.spend(REQUESTS['channel-open'])).rejects.toMatchObject({ ...late, sent: 'no' })
  // a channel may be on record by another of its names
  await expect(wallet.spend(REQUESTS['channel-close'])).rejects.toMatchObject({ ...late, sent: 'maybe' })
  expect(await wallet.spend(REQUESTS.onchain)).toMatchObject({ replayed: true })
})

test('a keysend that never arrived is proven so by its hash', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'lose-request' })
  const open = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
  await world.clock.advance(120_000)
  expect(await wallet.getPayment(open)).toMatchObject({ state: 'failed', retry: 'same-call' })
  expect(await wallet.spend(REQUESTS.keysend)).toMatchObject({ state: 'settled', attempt: 2 })
  // the preimage that was chosen once is paid or none
  expect(new Set(world.node.keysends.map(({ preimage }) => preimage)).size).toBe(1)
})

describe.each(UNPROVABLE)('%s that never arrived', (kind) => {
  const request = REQUESTS[kind]

  test('stays reserved for days and is never sent again', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const open = await wallet.spend({ ...request, waitSeconds: 0 })
    await world.clock.jump(3 * DAY_MS)
    const after = await wallet.spend({ ...request, waitSeconds: 0 })
    expect(after).toMatchObject({
      paymentId: open.paymentId,
      state: 'dispatched',
      outcome: 'unknown',
      warnings: [WAITS_FOR_OWNER],
    })
    expect((await wallet.getBudget()).reservedMsat).toBeGreaterThan(0n)
    expect(asked(world, kind)).toBe(1)
  })

  test('ends when the owner has looked and decides', async () => {
    const world = spendWorld()
    const { wallet, store } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const { paymentId } = await wallet.spend({ ...request, waitSeconds: 0 })
    const nowMs = world.clock.now()
    await resolveByOwner(store, {
      paymentId,
      outcome: 'failed',
      evidence: 'not in the block explorer',
      nowMs,
    })
    expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'failed', retry: 'never' })
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 0n })
    const [decision] = await store.read((reader) => reader.decisions('default', 1))
    expect(decision).toMatchObject({ paymentId, code: 'resolved_by_owner', verdict: 'refused' })
    // what the owner decided is over: the same call is another one
    expect(await wallet.spend(request)).toMatchObject({ state: 'settled', attempt: 1 })
    expect(times(world, kind)).toBe(1)
  })

  test('is booked with its largest fee where the owner says it was sent', async () => {
    const world = spendWorld()
    const { wallet, store } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const { paymentId, amountMsat, maxFeeMsat, capitalMsat } = await wallet.spend({
      ...request,
      waitSeconds: 0,
    })
    const nowMs = world.clock.now()
    await resolveByOwner(store, { paymentId, outcome: 'settled', evidence: 'seen on the chain', nowMs })
    expect(await store.read((reader) => reader.balance('default'))).toMatchObject({
      reservedMsat: 0n,
      paidMsat: amountMsat,
      feesMsat: maxFeeMsat,
      capitalMsat: capitalMsat ?? 0n,
    })
    const journal = await store.read((reader) => reader.journalAfter(0, 10))
    expect(journal.at(-1)).toMatchObject({
      event: 'settled',
      paymentId,
      note: 'owner: settled: seen on the chain',
    })
  })
})

describe('the owner', () => {
  test('decides nothing that is not unknown', async () => {
    const world = spendWorld()
    const { wallet, store } = await world.start({ limits: LIMITS })
    const { paymentId } = await wallet.spend(REQUESTS.onchain)
    const word = { paymentId, outcome: 'failed', evidence: 'I say so' } as const
    await expect(resolveByOwner(store, word)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'settled' })
  })

  test('says how it is known', async () => {
    const world = spendWorld()
    const { wallet, store } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const { paymentId } = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
    const nowMs = world.clock.now()
    for (const evidence of ['', ' ', '\u200b\u200b\u200b'])
      await expect(
        resolveByOwner(store, { paymentId, outcome: 'failed', evidence, nowMs }),
      ).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'dispatched' })
  })

  test('waits while a process has the payment in hand', async () => {
    const world = spendWorld()
    const { wallet, store } = await world.start({ limits: LIMITS })
    world.node.script = { do: 'hang-before' }
    const call = wallet.spend({ ...REQUESTS.onchain, waitSeconds: 1 })
    await world.clock.advance(2_000)
    const { paymentId } = await call
    const nowMs = world.clock.now()
    await expect(
      resolveByOwner(store, { paymentId, outcome: 'failed', evidence: 'nothing there', nowMs }),
    ).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('a keysend whose preimage the backend chooses', () => {
  test('takes its hash from the answer', async () => {
    const world = spendWorld({ keysendChoosesPreimage: true })
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'pending' })
    const open = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
    expect(open).toMatchObject({ state: 'dispatched', outcome: 'pending' })
    world.node.resolve(open.paymentHash as string, 'settled')
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(open)).toMatchObject({ state: 'settled', feeMsat: 1_000n })
  })

  test('waits for the owner once its answer is lost', async () => {
    const world = spendWorld({ keysendChoosesPreimage: true })
    const { wallet, store } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
    expect(open).toMatchObject({ outcome: 'unknown', warnings: [WAITS_FOR_OWNER] })
    await world.clock.jump(30 * DAY_MS)
    expect(await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })).toMatchObject({
      paymentId: open.paymentId,
      state: 'dispatched',
    })
    expect(times(world, 'keysend')).toBe(1)
    // nothing could be found, so nothing is asked
    expect(world.node.lookups).toEqual([])
    const { paymentId } = open
    const nowMs = world.clock.now()
    await resolveByOwner(store, { paymentId, outcome: 'settled', evidence: 'in the node’s list', nowMs })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  })

  test.each([
    ['settled', { state: 'settled', feeMsat: 1_000n }],
    ['failed', { state: 'failed' }],
  ] as const)('that %s is found by its label', async (outcome, found) => {
    const world = spendWorld({ keysendChoosesPreimage: true, keepsPaymentLabels: true })
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-reply', outcome })
    const open = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
    expect(open).toMatchObject({ outcome: 'unknown' })
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(open)).toMatchObject(found)
    expect(world.node.keysends).toMatchObject([{ label: `${open.paymentId}/1` }])
  })

  test('bears its label after a crash, and without it waits for the owner', async () => {
    const world = spendWorld({ keysendChoosesPreimage: true, keepsPaymentLabels: true })
    const first = await world.start({ dieAt: 'answered', limits: LIMITS })
    void first.wallet.spend(REQUESTS.keysend)
    await world.clock.advance(0)
    const second = await world.start({ limits: LIMITS })
    await world.clock.advance(120_000)
    expect(await second.wallet.spend(REQUESTS.keysend)).toMatchObject({ state: 'settled', replayed: true })
    world.node.scripts.push({ do: 'lose-request' })
    const lost = { ...REQUESTS.keysend, amountMsat: msat(2_000_000n), waitSeconds: 0 }
    await second.wallet.spend(lost)
    await world.clock.jump(DAY_MS)
    expect(await second.wallet.spend(lost)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    expect(times(world, 'keysend')).toBe(1)
  })

  test('a crash after it was sent waits for the owner, too', async () => {
    const world = spendWorld({ keysendChoosesPreimage: true })
    const first = await world.start({ dieAt: 'answered', limits: LIMITS })
    void first.wallet.spend(REQUESTS.keysend)
    await world.clock.advance(0)
    const second = await world.start({ limits: LIMITS })
    await world.clock.jump(DAY_MS)
    expect(await second.wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })).toMatchObject({
      state: 'dispatched',
      outcome: 'unknown',
      replayed: true,
    })
    expect(times(world, 'keysend')).toBe(1)
  })
})

describe('a further attempt of a keysend whose preimage the backend chooses', () => {
  test('is found by its own label, not by the hash of the failed one', async () => {
    const world = spendWorld({ keysendChoosesPreimage: true, keepsPaymentLabels: true })
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'fail' }, { do: 'lose-reply', outcome: 'settled' })
    const first = await wallet.spend(REQUESTS.keysend)
    const second = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
    expect(second).toMatchObject({ paymentId: first.paymentId, attempt: 2, state: 'dispatched' })
    expect(second).not.toHaveProperty('paymentHash')
    await world.clock.advance(5 * 60_000)
    expect(await wallet.spend(REQUESTS.keysend)).toMatchObject({ state: 'settled', attempt: 2 })
    expect(times(world, 'keysend')).toBe(1)
  })

  test('is found so, too, where the owner approves each', async () => {
    const world = spendWorld({ keysendChoosesPreimage: true, keepsPaymentLabels: true })
    const { wallet, store } = await world.start({ ...ASKS, limits: { ...LIMITS, ...ASKS.limits } })
    world.node.scripts.push({ do: 'fail' }, { do: 'lose-reply', outcome: 'settled' })
    for (const state of ['failed', 'settled'] as const) {
      const waiting = await wallet.spend({ ...REQUESTS.keysend, waitSeconds: 0 })
      await decide(world, store, approvalOf(waiting), 'approve')
      await world.clock.advance(5 * 60_000)
      expect(await wallet.getPayment(waiting)).toMatchObject({ state })
    }
    expect(times(world, 'keysend')).toBe(1)
  })
})

describe('without labels', () => {
  test('what was there before is not taken for it', async () => {
    const world = spendWorld()
    world.node.chain.addTransaction({
      netSat: -100_200n,
      outputs: [{ address: ADDRESS, amountSat: sat(100_000n) }],
    })
    world.node.chain.addChannel({ capacitySat: sat(200_000n), peer: PEER })
    const { wallet } = await world.start({ limits: LIMITS })
    for (const kind of ['onchain', 'channel-open'] as const) {
      world.node.scripts.push({ do: 'lose-request' })
      const open = await wallet.spend({ ...REQUESTS[kind], waitSeconds: 0 })
      await world.clock.advance(60_000)
      expect(await wallet.getPayment(open)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
    }
  })

  test('of two that it could be, neither is', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
    // somebody at the node pays the same amount to the same address
    world.node.chain.addTransaction({
      netSat: -100_200n,
      outputs: [{ address: ADDRESS, amountSat: sat(100_000n) }],
    })
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(open)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  })

  test('of two alike that are lost, neither takes the one that is there', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' }, { do: 'lose-reply', outcome: 'settled' })
    const one = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
    const two = await wallet.spend({ ...REQUESTS.onchain, repeatOf: one.paymentId, waitSeconds: 0 })
    await world.clock.advance(60_000)
    for (const open of [one, two])
      expect(await wallet.getPayment(open)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  })

  test('of two openings alike in one minute, one by hand, neither is taken for ours', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-reply', outcome: 'settled' })
    const open = await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })
    world.node.chain.addChannel({ capacitySat: sat(200_000n), peer: PEER, state: 'opening' })
    await world.clock.jump(2 * DAY_MS)
    expect(await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })).toMatchObject({
      paymentId: open.paymentId,
      outcome: 'unknown',
      warnings: [WAITS_FOR_OWNER],
    })
    expect(times(world, 'channel-open')).toBe(1)
    expect((await wallet.getBudget()).reservedMsat).toBeGreaterThan(150_000_000n)
  })

  test('a channel of before that got another name meanwhile is none of ours', async () => {
    const world = spendWorld()
    const before = world.node.chain.addChannel({ capacitySat: sat(200_000n), peer: PEER, state: 'opening' })
    const { channelId } = before
    Object.assign(before, { channelId: undefined })
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const open = await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })
    Object.assign(before, { channelId, shortChannelId: '500x1x0' })
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(open)).toMatchObject({ outcome: 'unknown' })
  })

  test('a channel that another peer opened is none of ours', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    world.node.scripts.push({ do: 'lose-request' })
    const open = await wallet.spend({ ...REQUESTS['channel-open'], waitSeconds: 0 })
    world.node.chain.addChannel({ capacitySat: sat(200_000n), peer: PEER, initiator: 'remote' })
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(open)).toMatchObject({ outcome: 'unknown' })
  })
})

test('with labels each of two alike finds its own', async () => {
  const world = spendWorld({ keepsLabels: true })
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'lose-request' }, { do: 'lose-reply', outcome: 'settled' })
  const one = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
  const two = await wallet.spend({ ...REQUESTS.onchain, repeatOf: one.paymentId, waitSeconds: 0 })
  await world.clock.advance(60_000)
  expect(await wallet.getPayment(one)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  expect(await wallet.getPayment(two)).toMatchObject({ state: 'settled' })
})

test('a splice of another amount is none of ours', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'lose-request' })
  const open = await wallet.spend({ ...REQUESTS['splice-in'], waitSeconds: 0 })
  const [channel] = world.node.chain.channels
  Object.assign(channel as object, { capacitySat: sat(1_050_000n), fundingOutpoint: `${'ee'.repeat(32)}:0` })
  await world.clock.advance(60_000)
  expect(await wallet.getPayment(open)).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
})

test('a close that shows later is settled then', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.scripts.push({ do: 'lose-request' })
  const open = await wallet.spend({ ...REQUESTS['channel-close'], waitSeconds: 0 })
  await world.clock.jump(DAY_MS)
  const channel = world.node.chain.channels.find(({ channelId }) => channelId === CHANNEL.channelId)
  Object.assign(channel as object, { state: 'closed' })
  await world.clock.jump(4_000_000)
  await world.clock.advance(60_000)
  const settled = await wallet.getPayment(open)
  expect(settled).toMatchObject({ state: 'settled' })
  expect(settled?.warnings).toBeUndefined()
})

test.each(['lose-reply', 'settle'] as const)(
  'a close is known by a name that its node dropped: %s',
  async (fate) => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const channel = world.node.chain.addChannel({ shortChannelId: '563x1x0', localMsat: msat(500_000_000n) })
    const request = {
      kind: 'channel-close',
      channel: { shortChannelId: '563x1x0' },
      mode: 'cooperative',
      waitSeconds: 0,
    } as const
    world.node.scripts.push({ do: fate, outcome: 'settled' } as never)
    const { paymentId } = await wallet.spend(request)
    // as LND shows a channel that is closing
    delete channel.shortChannelId
    expect(await wallet.spend(request)).toMatchObject({ paymentId, replayed: true })
    expect(await wallet.previewSpend(request)).toMatchObject({
      earlier: { paymentId },
      warnings: [{ message: 'this channel is closing already' }],
    })
    const stranger = { ...request, channel: { shortChannelId: '563x1x1' } }
    await expect(wallet.spend(stranger)).rejects.toMatchObject({ code: 'not_found' })
    expect(asked(world, 'channel-close')).toBe(1)
  },
)

test('the fee of a close whose answer named no transaction is found', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  world.node.chain.namesTransactions = false
  const closed = await wallet.spend(REQUESTS['channel-close'])
  expect(closed).toMatchObject({ state: 'settled', feeProvisional: true })
  await world.clock.advance(60_000)
  expect(await wallet.getPayment(closed)).toMatchObject({ feeMsat: 200_000n, txId: expect.any(String) })
})

describe('the fee of closing a channel that the peer opened', () => {
  test('is what did not come back, as who closes may pay', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const [channel] = world.node.chain.channels
    Object.assign(channel as object, { initiator: 'remote' })
    const closed = await wallet.spend(REQUESTS['channel-close'])
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(closed)).toMatchObject({ state: 'settled', feeMsat: 200_000n })
  })

  test('is not known by force, where getting at the coins costs later', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const [channel] = world.node.chain.channels
    Object.assign(channel as object, { initiator: 'remote' })
    const closed = await wallet.spend({ ...REQUESTS['channel-close'], mode: 'force' })
    await world.clock.advance(60_000)
    expect(await wallet.getPayment(closed)).toMatchObject({ state: 'settled', feeProvisional: true })
  })
})

test('a fee that never shows is booked as the largest after fifteen days', async () => {
  const world = spendWorld()
  world.node.chain.feeSat = undefined
  const { wallet, store } = await world.start({ limits: LIMITS })
  const { maxFeeMsat } = await wallet.spend(REQUESTS.onchain)
  await world.clock.jump(DAY_MS)
  expect((await wallet.getBudget()).reservedMsat).toBe(100_000_000n + maxFeeMsat)
  await world.clock.jump(15 * DAY_MS)
  await world.clock.advance(60_000)
  expect(await store.read((reader) => reader.balance('default'))).toMatchObject({
    reservedMsat: 0n,
    paidMsat: 100_000_000n,
    feesMsat: maxFeeMsat,
  })
})
