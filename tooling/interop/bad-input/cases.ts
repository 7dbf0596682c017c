import type { Invoices } from './invoices.ts'

export interface BadInput {
  name: string
  tool: string
  arguments: Readonly<Record<string, unknown>>
  /** The stable code that the answer carries. */
  code: string
}

const MEGABYTE = 1_000_000
const ABOVE_ALL_BITCOIN = 2_100_000_000_000_001

/** Values that are no amount of sats, whatever tool they are given to. */
const BAD_AMOUNTS: readonly { name: string; value: unknown }[] = [
  { name: 'zero', value: 0 },
  { name: 'negative', value: -1 },
  { name: 'above 21 million BTC', value: ABOVE_ALL_BITCOIN },
  { name: 'beyond exact integers', value: 1e21 },
  { name: 'fractional', value: 1.5 },
  { name: 'a string', value: '100' },
  { name: 'a string with a unit', value: '100 sats' },
  { name: 'null', value: null },
  { name: 'a list', value: [100] },
  { name: 'true', value: true },
]

/** Every way of asking for something that cannot be done, and how it is answered. */
export const badInputs = (invoices: Invoices): readonly BadInput[] => [
  ...badInvoices(invoices),
  ...badAmounts(invoices),
  ...badTexts(invoices),
  ...badArguments(invoices),
  ...badKeys(),
]

const badInvoices = (invoices: Invoices): BadInput[] => {
  const codes: [string, string, string][] = [
    ['mainnet', invoices.mainnet, 'wrong_network'],
    ['testnet', invoices.testnet, 'wrong_network'],
    ['signet', invoices.signet, 'wrong_network'],
    ['expired', invoices.expired, 'invoice_expired'],
    ['without amount', invoices.amountless, 'amount_required'],
    ['truncated', invoices.truncated, 'invalid_invoice'],
    ['with one wrong character', invoices.oneWrongCharacter, 'invalid_invoice'],
    ['in mixed case', invoices.mixedCase, 'invalid_invoice'],
    ['malformed', 'lnbcrt1nonsense', 'invalid_invoice'],
    ['that is a word', 'hello', 'invalid_invoice'],
    ['that is an on-chain address', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 'invalid_invoice'],
    ['that is a Lightning address', 'satoshi@example.com', 'invalid_invoice'],
    ['that is empty', '', 'invalid_request'],
    ['of a million characters', `lnbcrt1${'q'.repeat(MEGABYTE)}`, 'invalid_request'],
    ['with control characters', `${invoices.good}\u0000\u001b[2J`, 'invalid_request'],
  ]
  return codes.map(([name, invoice, code]) => ({
    name: `pay an invoice ${name}`,
    tool: 'pay_invoice',
    arguments: { invoice },
    code,
  }))
}

const badAmounts = (invoices: Invoices): BadInput[] => [
  {
    name: 'pay with an amount on a fixed invoice',
    tool: 'pay_invoice',
    arguments: { invoice: invoices.good, amount_sats: 21 },
    code: 'amount_not_allowed',
  },
  ...BAD_AMOUNTS.flatMap(({ name, value }): BadInput[] => [
    {
      name: `pay an amountless invoice with ${name}`,
      tool: 'pay_invoice',
      arguments: { invoice: invoices.amountless, amount_sats: value },
      code: 'invalid_request',
    },
    {
      name: `pay an address with ${name}`,
      tool: 'pay_lightning_address',
      arguments: { lightning_address: 'satoshi@example.com', amount_sats: value },
      code: 'invalid_request',
    },
    {
      name: `create an invoice over ${name}`,
      tool: 'create_invoice',
      arguments: { amount_sats: value },
      code: 'invalid_request',
    },
  ]),
  ...BAD_AMOUNTS.filter(({ name }) => name !== 'zero').map(({ name, value }) => ({
    name: `pay with a fee limit that is ${name}`,
    tool: 'pay_invoice',
    arguments: { invoice: invoices.good, max_fee_sats: value },
    code: 'invalid_request',
  })),
]

const badTexts = (invoices: Invoices): BadInput[] => [
  ...['\u0000', 'two\nlines', '\u001b[31mred', '\u2028'].map((memo) => ({
    name: `create an invoice with the memo ${JSON.stringify(memo)}`,
    tool: 'create_invoice',
    arguments: { amount_sats: 21, memo },
    code: 'invalid_request',
  })),
  {
    name: 'create an invoice with a memo of a million characters',
    tool: 'create_invoice',
    arguments: { amount_sats: 21, memo: 'x'.repeat(MEGABYTE) },
    code: 'invalid_request',
  },
  {
    name: 'pay with an idempotency key of a million characters',
    tool: 'pay_invoice',
    arguments: { invoice: invoices.good, idempotency_key: 'x'.repeat(MEGABYTE) },
    code: 'invalid_request',
  },
  ...['no-at-sign', 'a@', '@b', 'a b@example.com', `${'a'.repeat(MEGABYTE)}@example.com`].map((address) => ({
    name: `pay the address ${address.slice(0, 20)}`,
    tool: 'pay_lightning_address',
    arguments: { lightning_address: address, amount_sats: 21 },
    code: 'invalid_request',
  })),
]

const badArguments = (invoices: Invoices): BadInput[] => [
  {
    name: 'pay with an unknown argument',
    tool: 'pay_invoice',
    arguments: { invoice: invoices.good, max_fees_sats: 1 },
    code: 'invalid_request',
  },
  {
    name: 'pay with an argument of the prototype',
    tool: 'pay_invoice',
    arguments: { invoice: invoices.good, constructor: { prototype: {} } },
    code: 'invalid_request',
  },
  { name: 'pay without an invoice', tool: 'pay_invoice', arguments: {}, code: 'invalid_request' },
  {
    name: 'pay an invoice that is an object',
    tool: 'pay_invoice',
    arguments: { invoice: { invoice: invoices.good } },
    code: 'invalid_request',
  },
  {
    name: 'ask for the balance with an argument',
    tool: 'get_wallet_balance',
    arguments: { account: 'other' },
    code: 'invalid_request',
  },
  {
    name: 'pay and wait for an hour',
    tool: 'pay_invoice',
    arguments: { invoice: invoices.good, wait_seconds: 3_600 },
    code: 'invalid_request',
  },
  ...[0, -1, 101, 1.5, 'ten'].map((limit) => ({
    name: `list ${limit} payments`,
    tool: 'get_payments',
    arguments: { limit },
    code: 'invalid_request',
  })),
  {
    name: 'list payments from a made-up cursor',
    tool: 'get_payments',
    arguments: { cursor: 'made-up' },
    code: 'invalid_request',
  },
  ...[0, -1, 1e12].map((expiry) => ({
    name: `create an invoice that expires after ${expiry} seconds`,
    tool: 'create_invoice',
    arguments: { amount_sats: 21, expiry_seconds: expiry },
    code: 'invalid_request',
  })),
]

const badKeys = (): BadInput[] => [
  ...['pay_', '../../etc/passwd', 'x'.repeat(MEGABYTE)].map((id) => ({
    name: `ask for payment ${id.slice(0, 20)}`,
    tool: 'get_payment_status',
    arguments: { payment_id: id },
    code: 'invalid_request',
  })),
  {
    name: 'ask for a payment by half a hash',
    tool: 'get_payment_status',
    arguments: { payment_hash: 'ab'.repeat(16) },
    code: 'invalid_request',
  },
  {
    name: 'ask for a payment that never was',
    tool: 'get_payment_status',
    arguments: { payment_hash: 'ab'.repeat(32) },
    code: 'not_found',
  },
]
