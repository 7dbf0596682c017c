import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from './clients.ts'
import { type RealSetup, realSetup } from './real-wallet.ts'

let setup: RealSetup

beforeEach(async () => {
  setup = await realSetup(connect)
})

afterEach(() => setup.close())

/** The exact amount of an answer, in msat. */
const exact = (answer: Record<string, unknown>, name: string): bigint =>
  BigInt((answer[`${name}_msat`] as string | undefined) ?? Number(answer[`${name}_sats`]) * 1_000)

const balance = async (): Promise<bigint> => exact(await setup.call('get_wallet_balance'), 'balance')

const testInvoice = async (amount_sats: number): Promise<Record<string, string>> =>
  (await setup.call('create_test_invoice', { amount_sats })) as never

test('an invoice is made, paid by another node, and seen as paid', async () => {
  const before = await balance()
  const made = await setup.call('create_invoice', { amount_sats: 1_000, memo: 'coffee' })
  expect(made).toMatchObject({ status: 'open', amount_sats: 1_000, memo: 'coffee', isError: false })
  const waiting = setup.call('wait_for_payment', { payment_hash: made['payment_hash'] })
  const paid = await setup.call('pay_test_invoice', { invoice: made['invoice'] })
  expect(paid).toMatchObject({ status: 'settled', payment_hash: made['payment_hash'] })
  expect(await waiting).toMatchObject({ direction: 'incoming', status: 'settled', received_sats: 1_000 })
  expect(await balance()).toBe(before + 1_000_000n)
})

test('a payment is previewed, made once, and replayed when asked again', async () => {
  const before = await balance()
  const { invoice, payment_hash } = await testInvoice(2_000)
  const seen = await setup.call('preview_payment', { destination: invoice })
  expect(seen).toMatchObject({ allowed: true, affordable: true, amount_sats: 2_000, payment_hash })
  const paid = await setup.call('pay_invoice', { invoice, memo: 'own note' })
  expect(paid).toMatchObject({
    isError: false,
    status: 'settled',
    replayed: false,
    amount_sats: 2_000,
    payment_hash,
    memo: 'own note',
    preimage: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const spent = before - (await balance())
  expect(spent).toBe(2_000_000n + exact(paid, 'fee'))
  const again = await setup.call('pay_invoice', { invoice })
  expect(again).toMatchObject({ status: 'settled', replayed: true, payment_id: paid['payment_id'] })
  expect(before - (await balance())).toBe(spent)
  const looked = await setup.call('get_payment_status', { payment_id: paid['payment_id'] })
  expect(looked).toMatchObject({ direction: 'outgoing', status: 'settled', fee_sats: paid['fee_sats'] })
  const history = await setup.call('get_payments', { direction: 'outgoing' })
  expect(history['payments']).toMatchObject([
    { direction: 'outgoing', status: 'settled', payment_id: paid['payment_id'], payment_hash },
  ])
})

test('a payment that hangs is pending until it is settled', async () => {
  const { invoice } = await testInvoice(500)
  setup.network.holdNextHtlc()
  const pending = await setup.call('pay_invoice', { invoice, wait_seconds: 0 })
  expect(pending).toMatchObject({ isError: false, status: 'pending' })
  const key = { payment_id: pending['payment_id'] }
  expect(await setup.call('get_payment_status', key)).toMatchObject({ status: 'pending' })
  const again = await setup.call('pay_invoice', { invoice, wait_seconds: 0 })
  expect(again).toMatchObject({ isError: false, status: 'pending', replayed: true })
  expect(await setup.call('get_budget')).toMatchObject({ reserved_sats: expect.any(Number) })
  const waiting = setup.call('wait_for_payment', key)
  expect(setup.network.releaseHeldHtlcs('forward')).toBe(1)
  expect(await waiting).toMatchObject({ status: 'settled' })
  expect(await setup.call('get_budget')).toMatchObject({ reserved_sats: 0 })
})

test('a payment above the owner’s cap is refused before anything is sent', async () => {
  const before = await balance()
  const { invoice } = await testInvoice(20_000)
  const refused = await setup.call('pay_invoice', { invoice })
  expect(refused).toMatchObject({ isError: true, code: 'budget_exceeded', money_may_have_moved: false })
  const seen = await setup.call('preview_payment', { destination: invoice })
  expect(seen).toMatchObject({ isError: false, allowed: false, reason_code: 'budget_exceeded' })
  expect(await balance()).toBe(before)
})

test('a payment without a route fails for certain and moves nothing', async () => {
  const { invoice } = await testInvoice(700)
  const before = setup.network.audit()
  for (const { name } of setup.network.nodes) if (name !== 'alice') setup.network.setPeerOnline(name, false)
  const failed = await setup.call('pay_invoice', { invoice })
  expect(failed).toMatchObject({ isError: true, money_may_have_moved: false, status: 'failed' })
  expect(failed['code']).toMatch(/^(no_route|payment_failed)$/)
  expect(setup.network.audit()).toEqual(before)
})

test('parallel calls of one payment pay once', async () => {
  const before = await balance()
  const { invoice } = await testInvoice(900)
  const results = await Promise.all(Array.from({ length: 5 }, () => setup.call('pay_invoice', { invoice })))
  const ids = new Set(results.map((result) => result['payment_id']))
  expect(ids.size).toBe(1)
  expect(results.filter((result) => result['replayed'] === false)).toHaveLength(1)
  expect(before - (await balance())).toBe(900_000n + exact(results[0]!, 'fee'))
})

test('a key that was used for something else is a conflict', async () => {
  const first = await testInvoice(100)
  const second = await testInvoice(100)
  await setup.call('pay_invoice', { invoice: first['invoice'], idempotency_key: 'k' })
  const conflict = await setup.call('pay_invoice', { invoice: second['invoice'], idempotency_key: 'k' })
  expect(conflict).toMatchObject({ isError: true, code: 'idempotency_conflict', money_may_have_moved: false })
})

test('channels, their sums and peers are shown', async () => {
  const { channels } = (await setup.call('list_channels')) as unknown as {
    channels: { local_sats: number }[]
  }
  const sums = await setup.call('get_channel_balance')
  expect(channels.length).toBeGreaterThan(0)
  expect(sums).toMatchObject({ channels: channels.length, isError: false })
  expect(sums['local_sats']).toBe(channels.reduce((sum, { local_sats }) => sum + local_sats, 0))
  const { peers } = (await setup.call('list_peers')) as unknown as { peers: unknown[] }
  expect(peers.length).toBeGreaterThan(0)
})

test('the wallet, its limits and its connection are described', async () => {
  expect(await setup.call('get_wallet_details')).toMatchObject({
    network: 'regtest',
    backend: 'simulator',
    online: true,
    node_id: expect.stringMatching(/^0[23]/),
  })
  expect(await setup.call('get_budget')).toMatchObject({ max_payment_sats: 10_000, spent_sats: 0 })
  expect(await setup.call('check_connection')).toMatchObject({ connected: true, network: 'regtest' })
  const { block_height } = await setup.call('mine_blocks', { count: 2 })
  expect(await setup.call('get_wallet_details')).toMatchObject({ block_height })
})

test('a paid invoice is told to whoever follows resources', async () => {
  const made = await setup.call('create_invoice', { amount_sats: 50 })
  const told = Promise.withResolvers<void>()
  const watching = Promise.withResolvers<void>()
  const stop = setup.face.onResourceChange((uri) => {
    watching.resolve()
    if (uri === `wallet://invoices/${made['payment_hash']}`) told.resolve()
  })
  // changes of other invoices, until one has been seen: from then on nothing is missed
  const poke = setInterval(() => void setup.call('create_invoice', { amount_sats: 1 }), 20)
  await watching.promise
  clearInterval(poke)
  await setup.call('pay_test_invoice', { invoice: made['invoice'] })
  await told.promise
  stop()
})

test('the preimage of an own invoice is in no answer, paid or not', async () => {
  const made = await setup.call('create_invoice', { amount_sats: 50 })
  const before = await setup.call('get_payment_status', { payment_hash: made['payment_hash'] })
  await setup.call('pay_test_invoice', { invoice: made['invoice'] })
  const after = await setup.call('get_payment_status', { payment_hash: made['payment_hash'] })
  expect(after['status']).toBe('settled')
  for (const answer of [made, before, after]) expect(answer).not.toHaveProperty('preimage')
})

test('a Lightning address is paid once until a repeat is asked for', async () => {
  const before = await balance()
  const seen = await setup.call('preview_payment', { destination: 'buy@shop.example', amount_sats: 300 })
  expect(seen).toMatchObject({ isError: false, allowed: true, untrusted_fields: ['memo'] })
  const pay = { lightning_address: 'buy@shop.example', amount_sats: 300 }
  const paid = await setup.call('pay_lightning_address', pay)
  expect(paid).toMatchObject({ isError: false, status: 'settled', replayed: false, amount_sats: 300 })
  const again = await setup.call('pay_lightning_address', pay)
  expect(again).toMatchObject({
    replayed: true,
    payment_id: paid['payment_id'],
    repeat_hint: expect.stringContaining(String(paid['payment_id'])),
  })
  const repeated = await setup.call('pay_lightning_address', { ...pay, repeat_of: paid['payment_id'] })
  expect(repeated).toMatchObject({ status: 'settled', replayed: false })
  expect(repeated['payment_id']).not.toBe(paid['payment_id'])
  expect(before - (await balance())).toBe(600_000n + exact(paid, 'fee') + exact(repeated, 'fee'))
})
