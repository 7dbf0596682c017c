import { MAX_MSAT } from '@lightning-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeLnurl, parseBip21 } from '../src/index.ts'
import { buildInvoice } from './build-invoice.ts'
import vectors from './fixtures/bolt12-offer-vectors.json' with { type: 'json' }
import { refusalOf } from './refusal-of.ts'

const ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const invoice = buildInvoice({ prefix: 'lnbc10u' })
const offer = vectors.valid[0]?.offer as string
const testnetOffer = vectors.valid.find(({ name }) => name === 'for testnet')?.offer as string
const uri = (query: string) => `bitcoin:${ADDRESS}?${query}`

describe('parseBip21', () => {
  test.each<[name: string, text: string, expected: object]>([
    ['a bare address', `bitcoin:${ADDRESS}`, { onchain: { address: ADDRESS, networks: ['mainnet'] } }],
    [
      'upper case from a QR code',
      `BITCOIN:${ADDRESS.toUpperCase()}?AMOUNT=1&LIGHTNING=${buildInvoice({ prefix: 'lnbc' }).toUpperCase()}`,
      { amountMsat: 100_000_000_000n, invoice: { network: 'mainnet' } },
    ],
    [
      'label and message',
      uri('label=Luke%20Jr&message=Donation+1%25'),
      { label: 'Luke Jr', message: 'Donation+1%' },
    ],
    ['an invoice', uri(`lightning=${invoice}`), { invoice: { invoice } }],
    ['an invoice of the same amount', uri(`amount=0.00001&lightning=${invoice}`), { amountMsat: 1_000_000n }],
    [
      'an LNURL',
      uri(`lightning=${encodeLnurl('https://example.com/p')}`),
      { lnurl: { url: 'https://example.com/p' } },
    ],
    ['an offer alone', `bitcoin:?lno=${offer}`, { offer: { offer } }],
    ['an invoice alone', `bitcoin:?lightning=${invoice}`, { invoice: { invoice } }],
    ['an unknown parameter', uri('somethingelse=50'), { onchain: { address: ADDRESS } }],
    ['a parameter given twice alike', uri('amount=1&amount=1'), { amountMsat: 100_000_000_000n }],
  ])('reads %s', (_name, text, expected) => {
    expect(parseBip21(text)).toMatchObject(expected)
  })

  test.each<[amount: string, amountMsat: bigint]>([
    ['20.3', 2_030_000_000_000n],
    ['0.1', 10_000_000_000n],
    ['0.00000001', 1000n],
    ['.5', 50_000_000_000n],
    ['50.', 5_000_000_000_000n],
    ['0.100000000000', 10_000_000_000n],
    ['21000000', MAX_MSAT],
    ['0.29999999', 29_999_999_000n],
  ])('reads the amount %s exactly', (amount, amountMsat) => {
    expect(parseBip21(uri(`amount=${amount}`)).amountMsat).toBe(amountMsat)
  })

  test('reads every amount of whole satoshi back', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, MAX_MSAT / 1000n), (satoshi) => {
        const digits = satoshi.toString().padStart(9, '0')
        const amount = `${digits.slice(0, -8)}.${digits.slice(-8)}`
        expect(parseBip21(uri(`amount=${amount}`)).amountMsat).toBe(satoshi * 1000n)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    '',
    '.',
    '1e3',
    '-1',
    '+1',
    '1,5',
    '0',
    '0.000000001',
    '0.123456789',
    '21000000.00000001',
    '1 000',
    '0x10',
    'NaN',
    '٣',
    '9'.repeat(400),
    '1.2.3',
  ])('refuses the amount "%s"', (amount) => {
    expect(refusalOf(() => parseBip21(uri(`amount=${encodeURIComponent(amount)}`))).code).toBe(
      'invalid_request',
    )
  })

  test.each<[name: string, text: string, code: string]>([
    ['another scheme', `litecoin:${ADDRESS}`, 'invalid_request'],
    ['nothing to pay', 'bitcoin:?amount=1', 'invalid_request'],
    ['an unknown required parameter', uri('req-somethingyoudontunderstand=50'), 'invalid_request'],
    ['an unknown required parameter in upper case', uri('REQ-x=50'), 'invalid_request'],
    ['two different amounts', uri('amount=1&amount=2'), 'invalid_request'],
    [
      'two different invoices',
      uri(`lightning=${invoice}&LIGHTNING=${buildInvoice({ prefix: 'lnbc20u' })}`),
      'invalid_request',
    ],
    ['an amount unlike the invoice', uri(`amount=0.00002&lightning=${invoice}`), 'invalid_request'],
    [
      'an invoice of another network',
      uri(`lightning=${buildInvoice({ prefix: 'lntb10u' })}`),
      'invalid_request',
    ],
    ['an offer of another network', uri(`lno=${testnetOffer}`), 'invalid_request'],
    ['a broken invoice', uri(`lightning=${invoice.slice(0, -1)}`), 'invalid_invoice'],
    ['a broken offer', uri('lno=lno1qq'), 'invalid_request'],
    ['a broken address', `bitcoin:${ADDRESS.slice(0, -1)}`, 'invalid_request'],
    ['broken percent-encoding', uri('label=%zz'), 'invalid_request'],
    ['a look-alike letter', `bitcoin:${ADDRESS.replace('c', 'с')}`, 'invalid_request'],
  ])('refuses %s', (_name, text, code) => {
    expect(refusalOf(() => parseBip21(text))).toMatchObject({ code, sent: 'no' })
  })
})
