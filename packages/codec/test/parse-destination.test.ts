import { describe, expect, test } from 'vitest'
import { encodeLnurl, parseDestination } from '../src/index.ts'
import { buildInvoice, PUBLIC_KEY } from './build-invoice.ts'
import formats from './fixtures/bolt12-format-vectors.json' with { type: 'json' }
import { refusalOf } from './refusal-of.ts'

const invoice = buildInvoice({ prefix: 'lnbc10u' })
const offer = formats[0]?.offer as string
const lnurl = encodeLnurl('https://pay.example.com/lnurl?id=7')
const SEGWIT = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'

describe('parseDestination', () => {
  test.each<[name: string, text: string, expected: object]>([
    ['an invoice', invoice, { kind: 'bolt11', canonical: invoice, invoice: { amountMsat: 1_000_000n } }],
    [
      'an invoice from a QR code',
      `LIGHTNING:${invoice.toUpperCase()}`,
      { kind: 'bolt11', canonical: invoice },
    ],
    ['an offer', offer, { kind: 'bolt12-offer', canonical: offer, offer: { amountMsat: 1_000_000n } }],
    [
      'an offer in parts',
      `l+no1${offer.slice(4, 20)}+\n ${offer.slice(20)}`,
      { kind: 'bolt12-offer', canonical: offer },
    ],
    ['an LNURL', lnurl, { kind: 'lnurl', action: 'unknown', url: 'https://pay.example.com/lnurl?id=7' }],
    [
      'an LNURL from a QR code',
      `lightning:${lnurl.toUpperCase()}`,
      { kind: 'lnurl', domain: 'pay.example.com' },
    ],
    [
      'an lnurlp: address',
      'lnurlp://example.com/p/7',
      { kind: 'lnurl', action: 'pay', url: 'https://example.com/p/7' },
    ],
    ['an lnurlw: address', 'lnurlw://example.com/w', { kind: 'lnurl', action: 'withdraw' }],
    ['an lnurlc: address', 'lnurlc://example.com/c', { kind: 'lnurl', action: 'channel' }],
    ['a keyauth: address', 'keyauth://example.com/?tag=login&k1=ab', { kind: 'lnurl', action: 'auth' }],
    ['a web address', 'https://example.com/pay', { kind: 'lnurl', action: 'unknown' }],
    [
      'a web address with an LNURL',
      `https://example.com/?lightning=${lnurl}`,
      { kind: 'lnurl', domain: 'pay.example.com' },
    ],
    [
      'an onion service',
      'lnurlp://abcdefghij234567.onion/p',
      { kind: 'lnurl', url: 'http://abcdefghij234567.onion/p' },
    ],
    [
      'a Lightning address',
      'Alice@Example.COM',
      {
        kind: 'lightning-address',
        canonical: 'alice@example.com',
        url: 'https://example.com/.well-known/lnurlp/alice',
      },
    ],
    [
      'a Lightning address with a tag',
      'al.ice_1-x+tips@sub.example.com',
      { kind: 'lightning-address', name: 'al.ice_1-x+tips', domain: 'sub.example.com' },
    ],
    ['a Lightning address with a scheme', 'lightning:alice@example.com', { kind: 'lightning-address' }],
    [
      'a Lightning address on an onion',
      'alice@abcdefghij234567.onion',
      { kind: 'lightning-address', url: 'http://abcdefghij234567.onion/.well-known/lnurlp/alice' },
    ],
    [
      'a BIP 353 address',
      '₿alice@example.com',
      { kind: 'bip353', canonical: '₿alice@example.com', dnsName: 'alice.user._bitcoin-payment.example.com' },
    ],
    ['a node id', PUBLIC_KEY.toUpperCase(), { kind: 'node-id', canonical: PUBLIC_KEY, nodeId: PUBLIC_KEY }],
    ['a node URI', `${PUBLIC_KEY}@10.0.0.1:9736`, { kind: 'node-uri', host: '10.0.0.1', port: 9736 }],
    [
      'a node URI without port',
      `${PUBLIC_KEY}@node.example.com`,
      { kind: 'node-uri', canonical: `${PUBLIC_KEY}@node.example.com:9735` },
    ],
    [
      'a node URI with IPv6',
      `${PUBLIC_KEY}@[2001:db8::1]:9735`,
      { kind: 'node-uri', host: '2001:db8::1', canonical: `${PUBLIC_KEY}@[2001:db8::1]:9735` },
    ],
    [
      'a node URI on an onion',
      `${PUBLIC_KEY}@${'a'.repeat(56)}.onion:9735`,
      { kind: 'node-uri', host: `${'a'.repeat(56)}.onion` },
    ],
    [
      'a segwit address',
      SEGWIT.toUpperCase(),
      { kind: 'bitcoin-address', canonical: SEGWIT, type: 'p2wpkh', networks: ['mainnet'] },
    ],
    ['a base58 address', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', { kind: 'bitcoin-address', type: 'p2pkh' }],
    [
      'a payment URI',
      `bitcoin:${SEGWIT}?amount=0.00001&lightning=${invoice}`,
      {
        kind: 'bip21',
        canonical: invoice,
        amountMsat: 1_000_000n,
        invoice: { invoice },
        onchain: { address: SEGWIT },
      },
    ],
    ['blanks around it', `\n\t alice@example.com `, { kind: 'lightning-address' }],
  ])('recognises %s', (_name, text, expected) => {
    expect(parseDestination(text)).toMatchObject(expected)
  })

  test.each<[name: string, text: unknown, code: string]>([
    ['no text', undefined, 'invalid_request'],
    ['a number', 42, 'invalid_request'],
    ['the empty text', '', 'invalid_request'],
    ['blanks', '   ', 'invalid_request'],
    ['a word', 'coffee', 'invalid_request'],
    ['a megabyte', 'a'.repeat(1_000_000), 'invalid_request'],
    ['a megabyte of an address', `${'a'.repeat(1_000_000)}@example.com`, 'invalid_request'],
    ['a broken invoice', `${invoice.slice(0, -1)}q`, 'invalid_invoice'],
    ['an invoice of another coin', buildInvoice({ prefix: 'lnltc10u' }), 'invalid_invoice'],
    ['a BOLT 12 invoice request', 'lnr1qqyqqqqqqqqqqqqqqcp4256ypqq', 'unsupported'],
    ['a BOLT 12 invoice', 'lni1qqyqqqqqqqqqqqqqqcp4256ypqq', 'unsupported'],
    ['a Cyrillic letter in the domain', 'alice@ехample.com', 'invalid_request'],
    ['a full-width letter in the name', 'ａlice@example.com', 'invalid_request'],
    ['a Kelvin sign', 'alice@\u212aexample.com', 'invalid_request'],
    ['a mark that turns the direction', 'alice\u202e@example.com', 'invalid_request'],
    ['a zero-width joiner', 'al\u200dice@example.com', 'invalid_request'],
    ['a control character', 'alice\u0007@example.com', 'invalid_request'],
    ['a line break inside', 'alice@example.com\nbob@example.com', 'invalid_request'],
    ['two addresses', 'alice@example.com@example.org', 'invalid_request'],
    ['an address without domain', 'alice@', 'invalid_request'],
    ['an address on a bare host', 'alice@localhost', 'invalid_request'],
    ['an address on an IP address', 'alice@127.0.0.1', 'invalid_request'],
    ['an address with a port', 'alice@example.com:8080', 'invalid_request'],
    ['an address with a path', 'alice@example.com/x', 'invalid_request'],
    ['a name with a slash', '../admin@example.com', 'invalid_request'],
    ['a name that is a step up a path', '..@example.com', 'invalid_request'],
    ['a BIP 353 look-alike', '₿аlice@example.com', 'invalid_request'],
    ['plain http', 'http://example.com/lnurl', 'invalid_request'],
    ['plain http to this machine', 'http://127.0.0.1/lnurl', 'invalid_request'],
    ['a web address with a password', 'https://user:secret@example.com/', 'invalid_request'],
    ['a web address with an IP address', 'https://10.0.0.1/', 'invalid_request'],
    ['a web address with a number as host', 'https://2130706433/', 'invalid_request'],
    ['a file address', 'file:///etc/passwd', 'invalid_request'],
    [
      'an LNURL with a wrong checksum',
      `${lnurl.slice(0, -1)}${lnurl.endsWith('q') ? 'p' : 'q'}`,
      'invalid_request',
    ],
    ['an LNURL in mixed case', `LNURL1${lnurl.slice(6)}`, 'invalid_request'],
    ['a node id that is no point', '03'.repeat(33), 'invalid_request'],
    ['a node URI with a bad port', `${PUBLIC_KEY}@10.0.0.1:70000`, 'invalid_request'],
    ['a node URI with port zero', `${PUBLIC_KEY}@10.0.0.1:0`, 'invalid_request'],
    ['a node URI without host', `${PUBLIC_KEY}@`, 'invalid_request'],
    ['a node URI with bare IPv6', `${PUBLIC_KEY}@2001:db8::1:9735`, 'invalid_request'],
    ['an uncompressed node id', `04${'ab'.repeat(32)}@10.0.0.1:9735`, 'invalid_request'],
    ['a private key in WIF', '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ', 'invalid_request'],
    ['an address with a typing error', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', 'invalid_request'],
  ])('refuses %s', (_name, text, code) => {
    const error = refusalOf(() => parseDestination(text as string))
    expect(error).toMatchObject({ code, sent: 'no', hint: expect.any(String) })
    if (typeof text === 'string' && text.trim() !== '')
      expect(error.message).not.toContain(text.trim().slice(0, 40))
    expect(error.message.length).toBeLessThan(200)
  })

  test('takes plain http to this machine only when told so', () => {
    const options = { allowLoopbackHttp: true }
    expect(parseDestination('alice@127.0.0.1:8080', options)).toMatchObject({
      url: 'http://127.0.0.1:8080/.well-known/lnurlp/alice',
    })
    expect(parseDestination('http://localhost:80/x', options)).toMatchObject({ kind: 'lnurl' })
    expect(refusalOf(() => parseDestination('http://10.0.0.1/x', options)).code).toBe('invalid_request')
  })
})
