import { LightningError, msat, sat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import type { SpendRequest } from '../../src/spending/spend-request.ts'
import { ASKS } from '../approvals/support.ts'
import { PEER } from '../support/fake-chain.ts'
import { STORE } from '../support/stores.ts'
import { ADDRESS, asked, CHANNEL, KINDS, LIMITS, REQUESTS, spendWorld, times } from './spend-world.ts'

const MINUTE_MS = 60_000

test.each(KINDS)('a preview of %s sends nothing, and its quote does exactly that', async (kind) => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  const request: SpendRequest = REQUESTS[kind]
  const preview = await wallet.previewSpend(request)
  expect(preview).toMatchObject({ kind, verdict: { allowed: true }, quoteId: expect.any(String) })
  expect(asked(world, kind)).toBe(0)
  expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  const { quoteId = '' } = preview
  const done = await wallet.spend({ ...request, quoteId })
  expect(done).toMatchObject({
    state: 'settled',
    kind,
    destination: preview.destination,
    amountMsat: preview.amountMsat,
    maxFeeMsat: preview.maxFeeMsat,
  })
  expect(done.capitalMsat).toBe(preview.capitalMsat)
  // a quote is used once
  expect(await wallet.spend({ ...request, quoteId })).toMatchObject({
    paymentId: done.paymentId,
    replayed: true,
  })
  expect(times(world, kind)).toBe(1)
  expect(await wallet.previewSpend(request)).toMatchObject({
    earlier: { paymentId: done.paymentId, state: 'settled' },
  })
})

test('a preview of an offer fetches no invoice', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: LIMITS })
  const request: SpendRequest = {
    kind: 'offer',
    offer: world.node.offers.make({ description: 'tea\u202e' }),
    amountMsat: msat(5_000n),
  }
  const preview = await wallet.previewSpend(request)
  expect(preview).toMatchObject({ description: 'tea', affordable: true, verdict: { allowed: true } })
  expect(world.node.offers.fetched).toEqual([])
  expect(await wallet.spend({ ...request, quoteId: preview.quoteId as string })).toMatchObject({
    state: 'settled',
    maxFeeMsat: preview.maxFeeMsat,
  })
})

describe('a quote', () => {
  const drifts: readonly [string, SpendRequest, Partial<SpendRequest>][] = [
    ['amount', REQUESTS.onchain, { amountSat: sat(100_001n) }],
    ['kind', REQUESTS['splice-out'], { ...REQUESTS.onchain }],
    ['capacity', REQUESTS['channel-open'], { capacitySat: sat(200_001n) }],
    ['pushed amount', REQUESTS['channel-open'], { pushMsat: msat(50_001_000n) }],
    ['privacy', REQUESTS['channel-open'], { private: true }],
    ['fee rate', REQUESTS['channel-open'], { feeRateSatPerVbyte: 2 }],
    ['mode', REQUESTS['channel-close'], { mode: 'force' }],
    ['channel', REQUESTS['splice-out'], { channel: { channelId: 'c2'.repeat(32) } }],
    ['largest fee', REQUESTS.onchain, { maxFeeMsat: msat(2_000_000n) }],
  ]
  test.runIf(STORE === 'sqlite').each(drifts)('for another %s is refused', async (_, request, change) => {
    const world = spendWorld()
    world.node.chain.addChannel({ channelId: 'c2'.repeat(32), localMsat: msat(500_000_000n) })
    const { wallet } = await world.start({ limits: LIMITS })
    const { quoteId = '' } = await wallet.previewSpend(request)
    await expect(wallet.spend({ ...request, ...change, quoteId } as SpendRequest)).rejects.toMatchObject({
      code: 'idempotency_conflict',
      sent: 'no',
    })
    expect(world.node.chain.done).toEqual([])
  })

  test('keeps the fee rate that was shown, and ends after ten minutes', async () => {
    const world = spendWorld()
    const { wallet } = await world.start({ limits: LIMITS })
    const request = { ...REQUESTS.onchain, feeRateSatPerVbyte: 3 }
    const { quoteId = '', feeRateSatPerVbyte } = await wallet.previewSpend(request)
    expect(feeRateSatPerVbyte).toBe(3)
    await wallet.spend({ ...REQUESTS.onchain, quoteId })
    expect(world.node.chain.asked).toMatchObject([{ feeRateSatPerVbyte: 3 }])
    const late = await wallet.previewSpend({ ...REQUESTS.onchain, amountSat: sat(50_000n) })
    await world.clock.advance(11 * MINUTE_MS)
    await expect(
      wallet.spend({ ...REQUESTS.onchain, amountSat: sat(50_000n), quoteId: late.quoteId as string }),
    ).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

test('a preview tells why it would be refused, and gives no quote', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ limits: { ...LIMITS, maxIntoChannelMsat: msat(120_000_000n) } })
  const opening = await wallet.previewSpend(REQUESTS['channel-open'])
  expect(opening).toMatchObject({ verdict: { allowed: false, code: 'budget_exceeded' } })
  expect(opening).not.toHaveProperty('quoteId')
  const gone = { ...REQUESTS['channel-close'], channel: { channelId: 'ff'.repeat(32) } }
  expect(await wallet.previewSpend(gone)).toMatchObject({ verdict: { code: 'not_found' } })
  world.node.scripts.push({ do: 'lose-request' })
  await wallet.spend({ ...REQUESTS['splice-in'], waitSeconds: 0 })
  expect(await wallet.previewSpend(REQUESTS['channel-close'])).toMatchObject({
    channel: CHANNEL,
    verdict: { allowed: false, code: 'in_progress' },
  })
})

test('a preview says that the owner has to approve', async () => {
  const world = spendWorld()
  const { wallet } = await world.start({ ...ASKS, limits: { ...LIMITS, ...ASKS.limits } })
  expect(await wallet.previewSpend(REQUESTS.onchain)).toMatchObject({
    destination: ADDRESS,
    verdict: { allowed: false, needsApproval: true },
    quoteId: expect.any(String),
  })
})

test('a preview without the node says so', async () => {
  const world = spendWorld()
  world.node.down = new LightningError({ code: 'unavailable', message: 'down' })
  const { wallet } = await world.start({ limits: LIMITS })
  expect(await wallet.previewSpend(REQUESTS['channel-open'])).toMatchObject({
    destination: PEER,
    verdict: { allowed: false, code: 'unavailable' },
  })
})
