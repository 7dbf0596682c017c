import { describe, expect, test } from 'vitest'
import { toBalance } from '../src/balance.ts'
import { releaseOf } from '../src/capabilities.ts'
import { parseExactJson } from '../src/exact-json.ts'
import { readInfo, toInvoice, toMsat, toNetwork, toNodeInfo, toOnchainBalance } from '../src/to-core.ts'
import { answered } from './support/captures.ts'

describe('numbers', () => {
  test.each([
    { text: '{"a":144115188075857001}', expected: { a: 144_115_188_075_857_001n } },
    {
      text: '[9007199254740991,9007199254740992]',
      expected: [9_007_199_254_740_991, 9_007_199_254_740_992n],
    },
    { text: '{"a":-9007199254740993}', expected: { a: -9_007_199_254_740_993n } },
    { text: '{"a":1.5,"b":"12345678901234567890"}', expected: { a: 1.5, b: '12345678901234567890' } },
    { text: '1e20', expected: 1e20 },
    // of more than 64 bits, it is none of Eclair's
    { text: `[${'9'.repeat(400)}]`, expected: [Number.POSITIVE_INFINITY] },
  ])('are exact: $text', ({ text, expected }) => expect(parseExactJson(text)).toEqual(expected))

  test.each([-1, 1.5, '10', null, undefined, Number.NaN, 2n ** 64n, 2 ** 53])(
    'that are no amounts are refused: %s',
    (value) => expect(() => toMsat(value)).toThrow(expect.objectContaining({ code: 'protocol_error' })),
  )
})

describe('info', () => {
  test('is read as captured', () => {
    const info = readInfo(answered('getinfo'))
    expect(toNodeInfo(info)).toEqual({
      network: 'regtest',
      nodeId: '02b42ebeb3a6a7f5aedbfb471c00abe193661058922bb8e57afcb66e07c0749aac',
      alias: 'ecl-a',
      version: '0.14.1',
      blockHeight: 326,
      uris: ['02b42ebeb3a6a7f5aedbfb471c00abe193661058922bb8e57afcb66e07c0749aac@127.0.0.1:19741'],
    })
  })

  test.each([{}, [], null, 'x', { version: '0.14.1', nodeId: 'x', network: 'regtest' }])(
    'of something else is refused: %j',
    (value) => expect(() => readInfo(value)).toThrow(expect.objectContaining({ code: 'protocol_error' })),
  )

  test('of a chain of its own is unsupported', () => {
    const info = { ...readInfo(answered('getinfo')), network: 'liquid' }
    expect(() => toNetwork(info)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  test.each([
    { version: '0.14.1', release: 14 },
    { version: '0.9.0', release: 9 },
    { version: '1.0.0', release: Number.POSITIVE_INFINITY },
    { version: 'custom', release: undefined },
  ])('tells the release: $version', ({ version, release }) => expect(releaseOf(version)).toBe(release))
})

test('a balance is the sum of what is usable', () => {
  const onchain = toOnchainBalance(answered('onchainbalance'))
  const [channel] = answered<object[]>('usablebalances')
  expect(toBalance([channel, { ...channel, canSend: 1, canReceive: 2n ** 60n }], onchain)).toEqual({
    spendableMsat: 1_972_000_001n,
    receivableMsat: 2n ** 60n,
    onchain: { confirmedSat: 200_000_000n, unconfirmedSat: 0n },
  })
})

describe('invoices', () => {
  test.each([
    { name: 'getreceivedinfo-pending', status: 'open' },
    { name: 'getreceivedinfo-expired', status: 'expired' },
  ])('hold no preimage before they are paid: $name', ({ name, status }) => {
    const invoice = toInvoice(answered(name))
    expect(invoice.status).toBe(status)
    expect(
      JSON.stringify(invoice, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain(answered<{ paymentPreimage: string }>(name).paymentPreimage)
  })

  test('tell what has arrived, and prove it', () => {
    expect(toInvoice(answered('getreceivedinfo-received'))).toMatchObject({
      status: 'settled',
      amountMsat: 10_000n,
      receivedMsat: 10_000n,
      description: 'coffee',
      createdAt: 1_795_322_914,
      expiresAt: 1_795_326_514,
      settledAt: 1_795_322_947,
      preimage: '3d627f1834daff14b47aa1d9f64921a925c6de62c57a03c1dd6cf5dc3b75c460',
    })
  })

  test('keep back a preimage that does not prove the hash', () => {
    const raw = { ...answered<object>('getreceivedinfo-received'), paymentPreimage: '11'.repeat(32) }
    expect(toInvoice(raw).preimage).toBeUndefined()
  })

  test('of an offer have their times under other names', () => {
    const [part] = answered<{ invoice: { paymentHash: string } }[]>('getsentinfo-offer')
    const raw = { ...answered<object>('getreceivedinfo-received'), invoice: part!.invoice }
    expect(toInvoice(raw)).toMatchObject({
      paymentHash: part!.invoice.paymentHash,
      createdAt: 1_795_322_962,
      expiresAt: 1_795_326_562,
    })
  })

  test('without a hash are named by the preimage that paid them', () => {
    const raw = answered<{ invoice: { paymentHash: string } }>('getreceivedinfo-received')
    const { paymentHash } = raw.invoice
    const bare = { ...raw, invoice: { serialized: 'lni1…' } }
    expect(toInvoice(bare)).toMatchObject({ paymentHash, status: 'settled', createdAt: 1_795_322_914 })
  })

  test('in a state that is not known are refused', () => {
    const raw = { ...answered<object>('getreceivedinfo-pending'), status: { type: 'held' } }
    expect(() => toInvoice(raw)).toThrow(/the status held/)
  })
})
