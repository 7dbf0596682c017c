import { expect, test } from 'vitest'
import { createMcpFace } from '../src/index.ts'
import { cannedWallet } from './canned-wallet.ts'

const wallet = cannedWallet()
const face = createMcpFace({ wallet, version: '0' })
const INVOICE = 'lnbcrt10u1pcanned'
const MEGABYTE = 'x'.repeat(1_000_000)

const cases: { name: string; tool: string; given: unknown; code?: string; message: string }[] = [
  { name: 'nothing at all', tool: 'pay_invoice', given: undefined, message: 'invoice is missing' },
  {
    name: 'a list instead of arguments',
    tool: 'pay_invoice',
    given: [1],
    message: 'arguments must be an object',
  },
  {
    name: 'text instead of arguments',
    tool: 'pay_invoice',
    given: 'x',
    message: 'arguments must be an object',
  },
  {
    name: 'an unknown argument',
    tool: 'pay_invoice',
    given: { invoice: INVOICE, max_fee_sat: 1 },
    message: 'unknown argument "max_fee_sat" (did you mean max_fee_sats?)',
  },
  {
    name: 'an unknown argument with a hostile name',
    tool: 'get_budget',
    given: { [`\u202e\n${MEGABYTE}`]: 1 },
    message: 'unknown argument "xxx',
  },
  {
    name: 'an amount as text',
    tool: 'create_invoice',
    given: { amount_sats: '5' },
    message: 'amount_sats must be a whole number, not text',
  },
  {
    name: 'a fraction',
    tool: 'create_invoice',
    given: { amount_sats: 1.5 },
    message: 'amount_sats must be a whole number',
  },
  {
    name: 'no number',
    tool: 'create_invoice',
    given: { amount_sats: Number.NaN },
    message: 'amount_sats must be a whole number',
  },
  {
    name: 'infinity',
    tool: 'create_invoice',
    given: { amount_sats: Number.POSITIVE_INFINITY },
    message: 'amount_sats must be a whole number',
  },
  {
    name: 'null',
    tool: 'create_invoice',
    given: { amount_sats: null },
    message: 'amount_sats must be a whole number',
  },
  {
    name: 'zero',
    tool: 'create_invoice',
    given: { amount_sats: 0 },
    message: 'amount_sats must be at least 1',
  },
  {
    name: 'a negative',
    tool: 'create_invoice',
    given: { amount_sats: -5 },
    message: 'amount_sats must be at least 1',
  },
  {
    name: 'more than 21 million BTC',
    tool: 'create_invoice',
    given: { amount_sats: 2_100_000_000_000_001 },
    message: 'amount_sats must be at most 2100000000000000',
  },
  {
    name: 'more than a number holds',
    tool: 'create_invoice',
    given: { amount_sats: 1e300 },
    message: 'amount_sats must be at most 2100000000000000',
  },
  {
    name: 'a negative fee',
    tool: 'pay_invoice',
    given: { invoice: INVOICE, max_fee_sats: -1 },
    message: 'max_fee_sats must be at least 0',
  },
  {
    name: 'a megabyte of invoice',
    tool: 'pay_invoice',
    given: { invoice: MEGABYTE },
    message: 'invoice is longer than 7089 characters',
  },
  {
    name: 'a megabyte of memo',
    tool: 'create_invoice',
    given: { memo: MEGABYTE },
    message: 'memo is longer than 639 characters',
  },
  {
    name: 'a memo of too many bytes',
    tool: 'create_invoice',
    given: { memo: '⚡'.repeat(300) },
    message: 'memo must be at most 639 bytes',
  },
  {
    name: 'control characters',
    tool: 'create_invoice',
    given: { memo: 'a\u0000b' },
    message: 'memo must be one line without control characters',
  },
  {
    name: 'a line break in an invoice',
    tool: 'pay_invoice',
    given: { invoice: `${INVOICE}\n` },
    message: 'invoice must be one line',
  },
  { name: 'an empty invoice', tool: 'pay_invoice', given: { invoice: '' }, message: 'invoice is empty' },
  {
    name: 'a number as invoice',
    tool: 'pay_invoice',
    given: { invoice: 5 },
    message: 'invoice must be text',
  },
  {
    name: 'an address given as invoice',
    tool: 'pay_invoice',
    given: { invoice: 'alice@example.com' },
    code: 'invalid_invoice',
    message: 'use pay_lightning_address',
  },
  {
    name: 'an LNURL given as invoice',
    tool: 'pay_invoice',
    given: { invoice: 'lnurl1dp68gurn8ghj7' },
    code: 'invalid_invoice',
    message: 'not a BOLT11 invoice',
  },
  {
    name: 'an invoice given as address',
    tool: 'pay_lightning_address',
    given: { lightning_address: INVOICE, amount_sats: 5 },
    message: 'use pay_invoice',
  },
  {
    name: 'an address that is none',
    tool: 'pay_lightning_address',
    given: { lightning_address: 'http://alice@example.com/x', amount_sats: 5 },
    message: 'name@domain',
  },
  {
    name: 'neither id nor hash',
    tool: 'get_payment_status',
    given: {},
    message: 'one of the three',
  },
  {
    name: 'a payment id that is none',
    tool: 'wait_for_payment',
    given: { payment_id: '../../etc' },
    message: 'payment_id must be a payment_id',
  },
  {
    name: 'a hash that is none',
    tool: 'wait_for_payment',
    given: { payment_hash: 'zz' },
    message: 'payment_hash must be 64 hexadecimal characters',
  },
  {
    name: 'an unknown direction',
    tool: 'get_payments',
    given: { direction: 'sideways' },
    message: 'direction must be one of incoming, outgoing',
  },
  {
    name: 'too long a wait',
    tool: 'wait_for_payment',
    given: { payment_hash: '0'.repeat(64), wait_seconds: 61 },
    message: 'wait_seconds must be at most 60',
  },
  {
    name: 'prototype pollution',
    tool: 'get_budget',
    given: JSON.parse('{"__proto__":{"x":1},"constructor":1}'),
    message: 'unknown argument',
  },
]

test.each(cases)('$name is refused before anything happens', async ({ tool, given, code, message }) => {
  const outcome = await face.callTool(tool, given, {
    signal: new AbortController().signal,
    onProgress: undefined,
  })
  expect(outcome?.data).toMatchObject({
    code: code ?? 'invalid_request',
    money_may_have_moved: false,
    retry: 'never',
  })
  expect(outcome?.text).toContain(message)
  expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThan(1_500)
  expect(outcome?.text).not.toMatch(/\p{Cc}|\p{Cf}|\bat \//u)
  expect(wallet.paid).toEqual([])
})
