import { satToMsat } from '@lightning-mcp/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from './clients.ts'
import { type RealSetup, realSetup } from './real-wallet.ts'

let setup: RealSetup
const call: RealSetup['call'] = (name, args) => setup.call(name, args)
const idOf = (name: string): string => setup.network.nodes.find((node) => node.name === name)!.nodeId

beforeAll(async () => {
  setup = await realSetup(connect, {
    limits: {
      maxPaymentMsat: satToMsat(200_000n),
      maxPerDayMsat: satToMsat(5_000_000n),
      maxIntoChannelMsat: satToMsat(500_000n),
      maxFee: { partsPerMillion: 10_000, floorMsat: satToMsat(5_000n) },
    },
  })
})

afterAll(() => setup.close())

interface Shown {
  channel_id: string
  funding_outpoint?: string
  long_channel_id: string
  capacity_sats: number
  status: string
}

const list = async (state = 'open'): Promise<Shown[]> =>
  (await call('list_channels', { state, limit: 50 }))['channels'] as Shown[]

/** Whose address does not matter. */
const strangersAddress = (): Promise<string> => setup.network.wallet('shop').onchain!.newAddress!({})

const coins = async (): Promise<number> => Number((await call('list_utxos'))['total_sats'])

/** Everything the node has on record, to see that nothing was done to it. */
const node = async () => ({
  coins: await call('list_utxos', { limit: 100 }),
  open: await list(),
  pending: await list('pending'),
  lightning: await call('get_wallet_balance'),
})

describe('a channel', () => {
  test('is previewed, opened once however often it is asked for, and closed', async () => {
    const order = { peer: idOf('hub'), capacity_sats: 300_000 }
    const before = await node()
    const preview = await call('open_channel', { ...order, preview: true })
    expect(preview).toMatchObject({
      isError: false,
      status: 'preview',
      allowed: true,
      affordable: true,
      amount_sats: 0,
      capital_sats: 300_000,
      quote_id: expect.any(String),
    })
    expect(await node()).toEqual(before)

    const key = { idempotency_key: 'the one channel' }
    const opened = await call('open_channel', { ...order, ...key })
    expect(opened).toMatchObject({
      isError: false,
      status: 'settled',
      replayed: false,
      capital_sats: 300_000,
      tx_id: expect.stringMatching(/^[0-9a-f]{64}$/),
      channel_id: expect.stringContaining(String(opened['tx_id'])),
    })
    const again = await call('open_channel', { ...order, ...key })
    expect(again).toMatchObject({
      status: 'settled',
      replayed: true,
      payment_id: opened['payment_id'],
      repeat_hint: expect.stringContaining(`repeat_of ${opened['payment_id']}`),
    })
    const withoutKey = await call('open_channel', order)
    expect(withoutKey).toMatchObject({ replayed: true, payment_id: opened['payment_id'] })
    const ours = (channels: readonly Shown[]) =>
      channels.filter(({ capacity_sats }) => capacity_sats === 300_000)
    expect(ours(await list('pending'))).toHaveLength(1)

    await call('mine_blocks', { count: 6 })
    const [channel, ...others] = ours(await list())
    expect(others).toEqual([])
    expect(channel).toMatchObject({ status: 'active' })
    const closed = await call('close_channel', { channel_id: channel!.channel_id })
    expect(closed).toMatchObject({ isError: false, status: 'settled', amount_sats: 0 })
    expect(closed).not.toHaveProperty('warnings')
    await call('mine_blocks', { count: 6 })
    expect(ours(await list())).toEqual([])
    expect(ours(await list('closed'))).toHaveLength(1)
  })

  test('of another size under the same key is a conflict', async () => {
    const order = { peer: idOf('hub'), idempotency_key: 'sized', capacity_sats: 210_000 }
    await call('open_channel', order)
    const before = await node()
    const conflict = await call('open_channel', { ...order, capacity_sats: 220_000 })
    expect(conflict).toMatchObject({
      isError: true,
      code: 'idempotency_conflict',
      money_may_have_moved: false,
    })
    expect(await node()).toEqual(before)
  })

  test('larger than the owner allows is refused with the rule', async () => {
    const before = await node()
    const order = { peer: idOf('hub'), capacity_sats: 500_001 }
    const refused = await call('open_channel', order)
    expect(refused).toMatchObject({
      isError: true,
      code: 'budget_exceeded',
      money_may_have_moved: false,
      message: expect.stringContaining('may go into one channel'),
    })
    const preview = await call('open_channel', { ...order, preview: true })
    expect(preview).toMatchObject({ isError: false, allowed: false, reason_code: 'budget_exceeded' })
    expect(preview['limits']).toContainEqual(
      expect.objectContaining({
        rule: 'max_into_channel',
        allowed: false,
        binding: true,
        limit_sats: 500_000,
      }),
    )
    expect(preview).not.toHaveProperty('quote_id')
    expect(await node()).toEqual(before)
  })

  test('is pushed to only within what may be spent', async () => {
    const order = { peer: idOf('hub'), capacity_sats: 450_000, push_sats: 200_001 }
    expect(await call('open_channel', order)).toMatchObject({ isError: true, code: 'budget_exceeded' })
  })

  test('gets larger and smaller in place', async () => {
    const [channel] = await list()
    const { capacity_sats, long_channel_id } = channel!
    const grown = await call('splice_in', { channel_id: channel!.channel_id, amount_sats: 40_000 })
    expect(grown).toMatchObject({
      isError: false,
      status: 'settled',
      amount_sats: 0,
      capital_sats: 40_000,
      tx_id: expect.any(String),
    })
    await call('mine_blocks', { count: 6 })
    const address = await strangersAddress()
    const shrunk = await call('splice_out', { channel_id: long_channel_id, amount_sats: 30_000, address })
    expect(shrunk).toMatchObject({
      isError: false,
      status: 'settled',
      amount_sats: 30_000,
      destination: address,
    })
    await call('mine_blocks', { count: 6 })
    const after = (await list()).find((one) => one.long_channel_id === long_channel_id)
    const least = capacity_sats + 10_000 - Number(shrunk['max_fee_sats'])
    expect(after!.capacity_sats).toBeGreaterThanOrEqual(least)
    expect(after!.capacity_sats).toBeLessThan(capacity_sats + 10_000)
  })

  test('is closed by force only if that is said, and the price is told', async () => {
    const order = { peer: idOf('hub'), capacity_sats: 260_000 }
    await call('open_channel', order)
    await call('mine_blocks', { count: 6 })
    const ours = async () => (await list()).filter(({ capacity_sats }) => capacity_sats === 260_000)
    const [channel] = await ours()
    const { channel_id } = channel!
    const cost = [expect.stringContaining('up to two weeks')]
    const preview = await call('close_channel', { channel_id, mode: 'force', preview: true })
    expect(preview).toMatchObject({ isError: false, allowed: true, warnings: cost })
    const closed = await call('close_channel', { channel_id, mode: 'force' })
    expect(closed).toMatchObject({ isError: false, status: 'settled', warnings: cost })
    await call('mine_blocks', { count: 6 })
    expect(await ours()).toEqual([])
  })

  test.each([
    { tool: 'close_channel', given: { channel_id: '999x1x0' }, code: 'not_found' },
    { tool: 'close_channel', given: { channel_id: 'hub' }, code: 'invalid_request' },
    { tool: 'close_channel', given: { channel_id: '1x1x1', mode: 'now' }, code: 'invalid_request' },
    { tool: 'splice_in', given: { channel_id: '999x1x0', amount_sats: 5_000 }, code: 'not_found' },
    { tool: 'open_channel', given: { peer: 'hub', capacity_sats: 50_000 }, code: 'invalid_request' },
    {
      tool: 'open_channel',
      given: { peer: `02${'ab'.repeat(32)}`, capacity_sats: 0 },
      code: 'invalid_request',
    },
    {
      tool: 'send_onchain',
      given: { address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', amount_sats: 5_000 },
      code: 'wrong_network',
    },
    {
      tool: 'send_onchain',
      given: { address: 'buy@shop.example', amount_sats: 5_000 },
      code: 'invalid_request',
    },
    { tool: 'pay_keysend', given: { destination: 'shop', amount_sats: 5 }, code: 'invalid_request' },
  ])('and its like: $tool refuses $given ($code)', async ({ tool, given, code }) => {
    const before = await node()
    const refused = await call(tool, given)
    expect(refused).toMatchObject({ isError: true, code, money_may_have_moved: false })
    expect(refused['next_step']).toEqual(expect.stringMatching(/\S/))
    expect(await node()).toEqual(before)
  })
})

describe('coins', () => {
  // change of the one before is spent again once it has confirmed
  beforeEach(() => call('mine_blocks', { count: 1 }))

  test('are previewed, sent once, and looked up by payment_id', async () => {
    const order = { address: await strangersAddress(), amount_sats: 50_000, sat_per_vbyte: 3 }
    const before = await coins()
    const preview = await call('send_onchain', { ...order, preview: true })
    expect(preview).toMatchObject({ allowed: true, amount_sats: 50_000, sat_per_vbyte: 3 })
    expect(await coins()).toBe(before)
    const sent = await call('send_onchain', order)
    expect(sent).toMatchObject({
      isError: false,
      status: 'settled',
      replayed: false,
      destination: order.address,
      tx_id: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await call('send_onchain', order)).toMatchObject({ replayed: true, tx_id: sent['tx_id'] })
    const fee = before - (await coins()) - 50_000
    expect(fee).toBeGreaterThan(0)
    expect(fee).toBeLessThanOrEqual(Number(sent['fee_sats'] ?? sent['max_fee_sats']))
    const { payment_id } = sent
    for (const tool of ['get_payment_status', 'wait_for_payment'])
      expect(await call(tool, { payment_id })).toMatchObject({
        isError: false,
        direction: 'outgoing',
        status: 'settled',
        tx_id: sent['tx_id'],
        amount_sats: 50_000,
      })
    const repeated = await call('send_onchain', { ...order, repeat_of: payment_id })
    expect(repeated).toMatchObject({ isError: false, status: 'settled', replayed: false })
    expect(repeated['tx_id']).not.toBe(sent['tx_id'])
  })

  test('are sent as the quote says or not at all', async () => {
    const order = { address: await strangersAddress(), amount_sats: 20_000 }
    const { quote_id } = await call('send_onchain', { ...order, preview: true })
    const before = await coins()
    const other = await call('send_onchain', { ...order, amount_sats: 30_000, quote_id })
    expect(other).toMatchObject({ isError: true, money_may_have_moved: false })
    expect(await coins()).toBe(before)
    expect(await call('send_onchain', { ...order, quote_id })).toMatchObject({
      isError: false,
      status: 'settled',
    })
  })

  test('are not sent for a fee above the one given', async () => {
    const before = await coins()
    const refused = await call('send_onchain', {
      address: await strangersAddress(),
      amount_sats: 20_000,
      max_fee_sats: 1,
    })
    expect(refused).toMatchObject({ isError: true, code: 'fee_limit_exceeded', money_may_have_moved: false })
    expect(await coins()).toBe(before)
  })
})

describe('a node', () => {
  test('is paid without an invoice, once', async () => {
    const order = { destination: idOf('shop'), amount_sats: 700 }
    const preview = await call('pay_keysend', { ...order, preview: true })
    expect(preview).toMatchObject({ isError: false, allowed: true, amount_sats: 700 })
    const paid = await call('pay_keysend', order)
    expect(paid).toMatchObject({ isError: false, status: 'settled', replayed: false, amount_sats: 700 })
    expect(paid['preimage']).toEqual(expect.stringMatching(/^[0-9a-f]{64}$/))
    expect(await call('pay_keysend', order)).toMatchObject({ replayed: true, payment_id: paid['payment_id'] })
  })

  test('that takes its time leaves the payment pending, to be waited for', async () => {
    setup.network.holdNextHtlc()
    const order = { destination: idOf('shop'), amount_sats: 800, wait_seconds: 0 }
    const pending = await call('pay_keysend', order)
    expect(pending).toMatchObject({
      isError: false,
      status: 'pending',
      next_step: expect.stringContaining('wait_for_payment'),
    })
    expect(pending).not.toHaveProperty('preimage')
    expect(await call('pay_keysend', order)).toMatchObject({ status: 'pending', replayed: true })
    const waiting = call('wait_for_payment', { payment_id: pending['payment_id'] })
    setup.network.releaseHeldHtlcs('forward')
    expect(await waiting).toMatchObject({ status: 'settled', amount_sats: 800 })
  })
})

test('a long operation tells its progress', async () => {
  await call('mine_blocks', { count: 1 })
  const told: string[] = []
  const { isError, content } = await setup.client.call(
    'send_onchain',
    { address: await strangersAddress(), amount_sats: 10_000 },
    { onprogress: ({ message = '' }) => told.push(message) },
  )
  expect(isError, content[0]?.text).toBeFalsy()
  expect(told.length).toBeGreaterThan(0)
})

test('the history shows what moved coins and channels, as a look-up does', async () => {
  const { payments } = await call('get_payments', { limit: 100 })
  const spends = (payments as Record<string, unknown>[]).filter(({ kind }) => kind !== undefined)
  expect(new Set(spends.map(({ kind }) => kind))).toEqual(
    new Set(['channel_open', 'channel_close', 'splice_in', 'splice_out', 'onchain']),
  )
  for (const { payment_id, tx_id, channel_id, capital_sats, status } of spends.slice(0, 6))
    expect(await call('get_payment_status', { payment_id })).toMatchObject({
      status,
      tx_id,
      ...(channel_id === undefined ? {} : { channel_id }),
      ...(capital_sats === undefined ? {} : { capital_sats }),
    })
  const { payments: received } = await call('get_payments', { direction: 'incoming' })
  expect(received).toEqual([])
})
