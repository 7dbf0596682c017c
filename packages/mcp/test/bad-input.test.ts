import { encodeInvoice, type InvoiceFields } from '@lightning-mcp/codec'
import { msat, paymentHash } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONNECTIONS } from './clients.ts'
import { type RealSetup, realSetup } from './real-wallet.ts'

const KEY = '11'.repeat(32)
const now = Math.floor(Date.now() / 1_000)
let serial = 0

/** A signed invoice of a stranger. */
const signed = (fields: Partial<InvoiceFields>): string => {
  serial += 1
  return encodeInvoice(
    {
      network: 'regtest',
      paymentHash: paymentHash(serial.toString(16).padStart(64, '0')),
      paymentSecret: '22'.repeat(32),
      createdAt: now,
      description: 'test',
      ...fields,
    },
    KEY,
  )
}

const good = signed({ amountMsat: msat(5_000n) })
const amountless = signed({})

const NOBODY = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'

/** Invoices and arguments that no payment may come of, by the code they are refused with. */
const PAYMENTS: readonly { name: string; given: Record<string, unknown>; code: string }[] = [
  {
    name: 'of another network',
    given: { invoice: signed({ network: 'mainnet', amountMsat: msat(5_000n) }) },
    code: 'wrong_network',
  },
  {
    name: 'that expired',
    given: { invoice: signed({ createdAt: now - 7_200, amountMsat: msat(5_000n) }) },
    code: 'invoice_expired',
  },
  {
    name: 'that is malformed',
    given: { invoice: `${good.slice(0, 60)}b${good.slice(61)}x` },
    code: 'invalid_invoice',
  },
  { name: 'that is cut off', given: { invoice: good.slice(0, -20) }, code: 'invalid_invoice' },
  {
    name: 'in mixed case',
    given: { invoice: good.slice(0, 20) + good.slice(20).toUpperCase() },
    code: 'invalid_invoice',
  },
  { name: 'that is only a prefix', given: { invoice: 'lnbcrt1' }, code: 'invalid_invoice' },
  {
    name: 'that is an address in disguise',
    given: { invoice: 'lnbcrt1@shop.example', amount_sats: 5 },
    code: 'invalid_invoice',
  },
  { name: 'without amount and none given', given: { invoice: amountless }, code: 'amount_required' },
  {
    name: 'with an amount and another given',
    given: { invoice: good, amount_sats: 7 },
    code: 'amount_not_allowed',
  },
  { name: 'of nothing', given: { invoice: amountless, amount_sats: 0 }, code: 'invalid_request' },
  { name: 'of less than nothing', given: { invoice: amountless, amount_sats: -1 }, code: 'invalid_request' },
  { name: 'of a fraction', given: { invoice: amountless, amount_sats: 0.5 }, code: 'invalid_request' },
  { name: 'of an amount as text', given: { invoice: amountless, amount_sats: '5' }, code: 'invalid_request' },
  {
    name: 'of more than 21 million BTC',
    given: { invoice: amountless, amount_sats: 2_100_000_000_000_001 },
    code: 'invalid_request',
  },
  {
    name: 'of more than the owner allows',
    given: { invoice: amountless, amount_sats: 2_100_000_000_000_000 },
    code: 'budget_exceeded',
  },
  { name: 'of a megabyte', given: { invoice: `lnbcrt1${'q'.repeat(1_000_000)}` }, code: 'invalid_request' },
  {
    name: 'with control characters',
    given: { invoice: `${good.slice(0, 9)}\u0000${good.slice(9)}` },
    code: 'invalid_request',
  },
  { name: 'with an unknown argument', given: { invoice: good, speed: 'fast' }, code: 'invalid_request' },
  { name: 'that is no text', given: { invoice: { toString: 'x' } }, code: 'invalid_request' },
  { name: 'that is missing', given: {}, code: 'invalid_request' },
]

const OTHERS: readonly { tool: string; given: Record<string, unknown>; code: string }[] = [
  { tool: 'preview_payment', given: { destination: 'nonsense' }, code: 'invalid_request' },
  { tool: 'preview_payment', given: { destination: `x${'y'.repeat(1_000_000)}` }, code: 'invalid_request' },
  { tool: 'decode_invoice', given: { invoice: good.slice(0, -1) }, code: 'invalid_invoice' },
  { tool: 'decode_invoice', given: { invoice: 'lnbcrt' }, code: 'invalid_invoice' },
  { tool: 'create_invoice', given: { amount_sats: 5, memo: 'a\u0007b' }, code: 'invalid_request' },
  { tool: 'create_invoice', given: { amount_sats: 5, expiry_seconds: 0 }, code: 'invalid_request' },
  {
    tool: 'pay_lightning_address',
    given: { lightning_address: 'alice', amount_sats: 5 },
    code: 'invalid_request',
  },
  {
    tool: 'pay_lightning_address',
    given: { lightning_address: `bitcoin:?lightning=${amountless}&label=a@b`, amount_sats: 5 },
    code: 'invalid_request',
  },
  { tool: 'get_payment_status', given: { payment_hash: 'f'.repeat(64) }, code: 'not_found' },
  { tool: 'get_payment_status', given: { payment_id: `pay_${'0'.repeat(26)}` }, code: 'not_found' },
  { tool: 'wait_for_payment', given: { payment_hash: 'f'.repeat(64), wait_seconds: 0 }, code: 'not_found' },
  { tool: 'get_payments', given: { limit: 101 }, code: 'invalid_request' },
  { tool: 'get_payments', given: { cursor: 'made up' }, code: 'invalid_request' },
  { tool: 'pay_test_invoice', given: { invoice: good.slice(0, -3) }, code: 'invalid_invoice' },
  { tool: 'mine_blocks', given: { count: 1e9 }, code: 'invalid_request' },
  { tool: 'pay', given: { destination: 'nonsense' }, code: 'invalid_request' },
  { tool: 'pay', given: { destination: `lno1${'q'.repeat(1_000_000)}` }, code: 'invalid_request' },
  { tool: 'pay', given: { destination: 'lno1qqq', amount_sats: 5 }, code: 'invalid_request' },
  { tool: 'pay', given: { destination: `lni1${'q'.repeat(50)}` }, code: 'unsupported' },
  { tool: 'pay', given: { destination: good, outgoing_channel: 'first' }, code: 'invalid_request' },
  { tool: 'pay', given: { destination: good, last_hop: NOBODY, max_parts: 0 }, code: 'invalid_request' },
  { tool: 'pay', given: { destination: good, preview: 'yes' }, code: 'invalid_request' },
  { tool: 'pay_keysend', given: { destination: NOBODY, amount_sats: 1.5 }, code: 'invalid_request' },
  {
    tool: 'pay_keysend',
    given: { destination: `02${'00'.repeat(32)}`, amount_sats: 5 },
    code: 'invalid_request',
  },
  { tool: 'open_channel', given: { peer: NOBODY, capacity_sats: '5' }, code: 'invalid_request' },
  { tool: 'open_channel', given: { peer: NOBODY, capacity_sats: 5, push_sats: 5 }, code: 'invalid_request' },
  {
    tool: 'open_channel',
    given: { peer: NOBODY, capacity_sats: 50_000, sat_per_vbyte: 10_001 },
    code: 'invalid_request',
  },
  {
    tool: 'open_channel',
    given: { peer: NOBODY, capacity_sats: 2_100_000_000_000_000 },
    code: 'budget_exceeded',
  },
  { tool: 'close_channel', given: { channel_id: 'x'.repeat(1_000_000) }, code: 'invalid_request' },
  { tool: 'close_channel', given: { channel_id: `${'f'.repeat(64)}:99999` }, code: 'not_found' },
  { tool: 'splice_in', given: { channel_id: '1x1x1', amount_sats: 0 }, code: 'invalid_request' },
  {
    tool: 'splice_out',
    given: { channel_id: '1x1x1', amount_sats: 9_000, address: 'x' },
    code: 'invalid_request',
  },
  { tool: 'send_onchain', given: { address: ADDRESS, amount_sats: 1 }, code: 'invalid_request' },
  { tool: 'send_onchain', given: { address: ADDRESS, amount_sats: 10_001 }, code: 'budget_exceeded' },
  {
    tool: 'send_onchain',
    given: { address: ADDRESS, amount_sats: 9_000, quote_id: 'x' },
    code: 'invalid_request',
  },
  { tool: 'settle_hold_invoice', given: { payment_hash: 'f'.repeat(64) }, code: 'not_found' },
  { tool: 'cancel_invoice', given: { payment_hash: 'f'.repeat(63) }, code: 'invalid_request' },
  { tool: 'create_hold_invoice', given: { amount_sats: 5, on_deadline: 'keep' }, code: 'invalid_request' },
  { tool: 'sign_message', given: { message: 'a\u0000b' }, code: 'invalid_request' },
  { tool: 'update_channel_policy', given: { channel_id: 'all', fee_rate_ppm: -1 }, code: 'invalid_request' },
  { tool: 'list_forwards', given: { cursor: 'made up' }, code: 'invalid_request' },
]

/** One of each kind of transport: what happens behind it is the same for all clients. */
const TRANSPORTS = ['SDK 1.x, one connection', 'SDK 2.x, 2026-07-28, HTTP'] as const

describe.each(TRANSPORTS)('%s', (transport) => {
  let setup: RealSetup
  let before: unknown

  beforeAll(async () => {
    setup = await realSetup(CONNECTIONS[transport]!)
    before = setup.network.audit()
  })

  afterAll(async () => {
    // nothing of all this moved a satoshi, and the server still answers
    const balance = await setup.call('get_wallet_balance')
    expect(balance.isError).toBe(false)
    expect(setup.network.audit()).toEqual(before)
    expect((await setup.call('get_payments', { direction: 'outgoing' }))['payments']).toEqual([])
    await setup.close()
  })

  const refuse = async (tool: string, given: Record<string, unknown>, code: string) => {
    const refused = await setup.call(tool, given)
    expect(refused).toMatchObject({ isError: true, code, money_may_have_moved: false })
    expect(refused['next_step']).toEqual(expect.stringMatching(/\S/))
    const text = JSON.stringify(refused)
    expect(text).not.toMatch(/\bat (?:\/|file:|\S+ \()|node_modules|\.ts:/)
    expect(text.length).toBeLessThan(1_500)
  }

  test.each(PAYMENTS)('refuses to pay an invoice $name', ({ given, code }) =>
    refuse('pay_invoice', given, code),
  )

  test.each(OTHERS)('$tool refuses what it cannot take: $code', ({ tool, given, code }) =>
    refuse(tool, given, code),
  )
})
