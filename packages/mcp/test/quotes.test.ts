import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from './clients.ts'
import { type RealSetup, realSetup } from './real-wallet.ts'

let setup: RealSetup

beforeEach(async () => {
  setup = await realSetup(connect)
})

afterEach(() => setup.close())

const testInvoice = async (amount_sats: number): Promise<string> =>
  (await setup.call('create_test_invoice', { amount_sats }))['invoice'] as string

const codeOf = (answer: Record<string, unknown>) => [answer['code'], answer['money_may_have_moved']]

test('an invoice is paid by the quote of its preview', async () => {
  const invoice = await testInvoice(2_000)
  const seen = await setup.call('preview_payment', { destination: invoice })
  expect(seen).toMatchObject({
    allowed: true,
    quote_id: expect.stringMatching(/^quo_/),
    quote_expires_at: expect.any(String),
  })
  const { quote_id, max_fee_sats } = seen as Record<string, unknown>
  const paid = await setup.call('pay_invoice', { invoice, quote_id, max_fee_sats })
  expect(paid).toMatchObject({ isError: false, status: 'settled', replayed: false })
  const again = await setup.call('pay_invoice', { invoice, quote_id })
  expect(again).toMatchObject({ replayed: true, payment_id: paid['payment_id'] })
})

test('an address is paid once by its quote', async () => {
  const pay = { lightning_address: 'buy@shop.example', amount_sats: 300 }
  const { quote_id } = await setup.call('preview_payment', {
    destination: 'buy@shop.example',
    amount_sats: 300,
  })
  const paid = await setup.call('pay_lightning_address', { ...pay, quote_id })
  expect(paid).toMatchObject({ status: 'settled', replayed: false })
  const again = await setup.call('pay_lightning_address', { ...pay, quote_id })
  expect(again).toMatchObject({ replayed: true, payment_id: paid['payment_id'] })
})

test('a quote for something else, or none that was given, pays nothing', async () => {
  const [invoice, other] = [await testInvoice(2_000), await testInvoice(2_000)]
  const { quote_id } = await setup.call('preview_payment', { destination: invoice })
  const drifted = await setup.call('pay_invoice', { invoice: other, quote_id })
  expect(codeOf(drifted)).toEqual(['idempotency_conflict', false])
  expect(drifted['next_step']).toMatch(/Preview the payment again/)
  const unknown = `quo_${'0'.repeat(26)}`
  expect(codeOf(await setup.call('pay_invoice', { invoice, quote_id: unknown }))).toEqual([
    'not_found',
    false,
  ])
  expect(codeOf(await setup.call('pay_invoice', { invoice, quote_id: 'x' }))).toEqual([
    'invalid_request',
    false,
  ])
  expect((await setup.call('get_budget'))['spent_sats']).toBe(0)
})

test('a pause is told by every tool that an agent looks at', async () => {
  const invoice = await testInvoice(2_000)
  await setup.wallet.pause('the owner is asleep')
  const paused = expect.stringContaining('the owner is asleep')
  expect(await setup.call('get_budget')).toMatchObject({ paused })
  expect((await setup.call('check_connection'))['problems']).toMatchObject([{ problem: paused }])
  const seen = await setup.call('preview_payment', { destination: invoice })
  expect(seen).toMatchObject({ allowed: false, reason_code: 'spending_paused', reason: paused })
  expect(seen['quote_id']).toBeUndefined()
  expect(codeOf(await setup.call('pay_invoice', { invoice }))).toEqual(['spending_paused', false])
  const made = await setup.call('create_invoice', { amount_sats: 5 })
  expect(made).toMatchObject({ isError: false, status: 'open' })
})
