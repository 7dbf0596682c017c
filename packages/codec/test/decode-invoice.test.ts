import { describe, expect, test } from 'vitest'
import { decodeInvoice } from '../src/index.ts'
import {
  bitWords,
  buildInvoice,
  fieldsWith,
  goodFields,
  hexWords,
  type InvoicePlan,
  PUBLIC_KEY,
  textWords,
  zeros,
} from './build-invoice.ts'
import { refusalOf } from './refusal-of.ts'

const OTHER_KEY = '029e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255'
const hop = `${OTHER_KEY}0000010000020003000003e800000064002a`

const accepted: { name: string; plan: InvoicePlan; expected: object }[] = [
  {
    name: 'the plain one',
    plan: {},
    expected: { payee: PUBLIC_KEY, description: 'tea', network: 'regtest' },
  },
  {
    name: 'a matching n field',
    plan: { fields: fieldsWith({ n: hexWords(PUBLIC_KEY) }) },
    expected: { payee: PUBLIC_KEY },
  },
  { name: 'a high-S signature to recover from', plan: { highS: true }, expected: { payee: PUBLIC_KEY } },
  {
    name: 'an unknown field',
    plan: { fields: fieldsWith({ l: zeros(9) }) },
    expected: { description: 'tea' },
  },
  {
    name: 'a fallback of unknown version',
    plan: { fields: fieldsWith({ f: [19, ...zeros(32)] }) },
    expected: {},
  },
  {
    name: 'an unknown odd feature',
    plan: { fields: fieldsWith({ '9': bitWords(8, 14, 77) }) },
    expected: { features: [8, 14, 77] },
  },
  {
    name: 'multi-part payments beside features that are assumed',
    plan: { fields: fieldsWith({ '9': bitWords(17) }) },
    expected: { features: [17] },
  },
  {
    name: 'no feature field',
    plan: { fields: fieldsWith({ '9': undefined }) },
    expected: { features: [] },
  },
  { name: 'an empty description', plan: { fields: fieldsWith({ d: [] }) }, expected: { description: '' } },
  {
    name: 'a final CLTV delta of zero',
    plan: { fields: fieldsWith({ c: [0] }) },
    expected: { minFinalCltvDelta: 0 },
  },
  {
    name: 'an expiry of zero',
    plan: { fields: fieldsWith({ x: [0] }) },
    expected: { createdAt: 1_700_000_000, expiresAt: 1_700_000_000 },
  },
  {
    name: 'an amount of 21 million BTC',
    plan: { prefix: 'lnbcrt21000000' },
    expected: { amountMsat: 2_100_000_000_000_000_000n },
  },
  { name: 'an amount of one millisatoshi', plan: { prefix: 'lnbcrt10p' }, expected: { amountMsat: 1n } },
  {
    name: 'a signet invoice',
    plan: { prefix: 'lntbs1n' },
    expected: { network: 'signet', amountMsat: 100n },
  },
  {
    name: 'a testnet invoice',
    plan: { prefix: 'lntb1u' },
    expected: { network: 'testnet', amountMsat: 100_000n },
  },
  {
    name: 'two route hints',
    plan: { fields: [...goodFields, ['r', hexWords(hop)], ['r', hexWords(hop + hop)]] },
    expected: {
      routeHints: [
        [expect.anything()],
        [
          expect.anything(),
          {
            nodeId: OTHER_KEY,
            shortChannelId: '1x2x3',
            feeBaseMsat: 1000n,
            feeProportionalMillionths: 100,
            cltvExpiryDelta: 42,
          },
        ],
      ],
    },
  },
]

const refused: { name: string; plan: InvoicePlan; reason: string }[] = [
  {
    name: 'an n field of another key',
    plan: { fields: fieldsWith({ n: hexWords(OTHER_KEY) }) },
    reason: 'signature',
  },
  {
    name: 'a high-S signature beside an n field',
    plan: { fields: fieldsWith({ n: hexWords(PUBLIC_KEY) }), highS: true },
    reason: 'signature',
  },
  {
    name: 'an n field that is no point',
    plan: { fields: fieldsWith({ n: hexWords('05'.repeat(33)) }) },
    reason: 'signature',
  },
  { name: 'no payment hash', plan: { fields: fieldsWith({ p: undefined }) }, reason: 'no payment hash' },
  { name: 'no payment secret', plan: { fields: fieldsWith({ s: undefined }) }, reason: 'no payment secret' },
  {
    name: 'a short payment secret',
    plan: { fields: fieldsWith({ s: zeros(51) }) },
    reason: 'field s has the wrong length',
  },
  {
    name: 'a long payment secret',
    plan: { fields: fieldsWith({ s: zeros(53) }) },
    reason: 'field s has the wrong length',
  },
  {
    name: 'a long payment hash',
    plan: { fields: fieldsWith({ p: zeros(53) }) },
    reason: 'field p has the wrong length',
  },
  {
    name: 'a short description hash',
    plan: { fields: fieldsWith({ d: undefined, h: zeros(51) }) },
    reason: 'field h has the wrong length',
  },
  {
    name: 'a short payee',
    plan: { fields: fieldsWith({ n: zeros(52) }) },
    reason: 'field n has the wrong length',
  },
  {
    name: 'two descriptions',
    plan: { fields: [...goodFields, ['d', textWords('coffee')]] },
    reason: 'd appears more than once',
  },
  {
    name: 'two payment secrets',
    plan: { fields: [...goodFields, ['s', zeros(52)]] },
    reason: 's appears more than once',
  },
  {
    name: 'two expiries',
    plan: { fields: [...goodFields, ['x', [1]], ['x', [2]]] },
    reason: 'x appears more than once',
  },
  {
    name: 'a description and a hash of one',
    plan: { fields: fieldsWith({ h: hexWords('03'.repeat(32)) }) },
    reason: 'either a description',
  },
  {
    name: 'neither description nor hash',
    plan: { fields: fieldsWith({ d: undefined }) },
    reason: 'either a description',
  },
  {
    name: 'an unknown even feature',
    plan: { fields: fieldsWith({ '9': bitWords(8, 14, 76) }) },
    reason: 'requires feature 76',
  },
  { name: 'AMP', plan: { fields: fieldsWith({ '9': bitWords(8, 14, 30) }) }, reason: 'feature 30 (AMP)' },
  {
    name: 'a route hint that is cut off',
    plan: { fields: fieldsWith({ r: hexWords(hop.slice(0, -2)) }) },
    reason: 'route hint is cut off',
  },
  { name: 'an empty route hint', plan: { fields: fieldsWith({ r: [] }) }, reason: 'route hint is cut off' },
  {
    name: 'a route hint through no node',
    plan: { fields: fieldsWith({ r: hexWords(`09${hop.slice(2)}`) }) },
    reason: 'not a node',
  },
  {
    name: 'a field longer than the rest',
    plan: { trailing: [13, 31, 31, 0] },
    reason: 'last field is cut off',
  },
  { name: 'a field without its length', plan: { trailing: [13, 0] }, reason: 'last field is cut off' },
  { name: 'an amount of zero', plan: { prefix: 'lnbcrt0m' }, reason: 'amount is zero' },
  { name: 'an amount with a leading zero', plan: { prefix: 'lnbcrt01m' }, reason: 'starts with a zero' },
  { name: 'an amount above 21 million BTC', plan: { prefix: 'lnbcrt21000001' }, reason: 'above 21 million' },
  {
    name: 'an amount with eighty digits',
    plan: { prefix: `lnbcrt${'9'.repeat(60)}` },
    reason: 'above 21 million',
  },
  { name: 'a tenth of a millisatoshi', plan: { prefix: 'lnbcrt1p' }, reason: 'whole number of millisatoshi' },
  { name: 'a multiplier without amount', plan: { prefix: 'lnbcrtm' }, reason: 'no Bitcoin network' },
  { name: 'another currency', plan: { prefix: 'lnltc1m' }, reason: 'no Bitcoin network' },
  { name: 'a simnet invoice', plan: { prefix: 'lnsb1m' }, reason: 'no Bitcoin network' },
  {
    name: 'an expiry beyond the calendar',
    plan: { fields: fieldsWith({ x: new Array<number>(12).fill(31) }) },
    reason: 'expiry is out of range',
  },
  {
    name: 'a final CLTV delta beyond 32 bits',
    plan: { fields: fieldsWith({ c: new Array<number>(7).fill(31) }) },
    reason: 'CLTV delta is out of range',
  },
]

describe('decodeInvoice', () => {
  test.each(accepted)('reads $name', ({ plan, expected }) => {
    expect(decodeInvoice(buildInvoice(plan))).toMatchObject(expected)
  })

  test.each(refused)('refuses $name', ({ plan, reason }) => {
    const error = refusalOf(() => decodeInvoice(buildInvoice(plan)))
    expect(error).toMatchObject({ code: 'invalid_invoice', sent: 'no', hint: expect.any(String) })
    expect(error.message).toContain(reason)
  })

  test('reads upper case, blanks around it and a lightning: prefix', () => {
    const invoice = buildInvoice()
    for (const text of [
      invoice.toUpperCase(),
      `  ${invoice}\n`,
      `lightning:${invoice}`,
      `LIGHTNING://${invoice.toUpperCase()}`,
    ])
      expect(decodeInvoice(text)).toBe(decodeInvoice(invoice))
  })

  test('gives every caller the same frozen answer', () => {
    const decoded = decodeInvoice(buildInvoice())
    expect(Object.isFrozen(decoded) && Object.isFrozen(decoded.features)).toBe(true)
    expect(decodeInvoice(buildInvoice())).toBe(decoded)
  })

  test.each([
    ['no text', undefined],
    ['a number', 7],
    ['an object', {}],
    ['the empty text', ''],
    ['blanks', ' \n'],
    ['a megabyte', `lnbc1${'q'.repeat(1_000_000)}`],
    ['a longer invoice than fits a QR code', `lnbc1${'q'.repeat(7100)}`],
    ['a look-alike letter', buildInvoice().replace('p', 'р')],
    ['a zero-width blank inside', `${buildInvoice().slice(0, 40)}\u200b${buildInvoice().slice(40)}`],
    ['a truncated invoice', buildInvoice().slice(0, -1)],
    ['an address', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ])('refuses %s', (_name, text) => {
    expect(refusalOf(() => decodeInvoice(text as string)).code).toBe('invalid_invoice')
  })
})
