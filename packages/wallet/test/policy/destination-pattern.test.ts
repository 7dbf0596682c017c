import { describe, expect, test } from 'vitest'
import {
  allowedBy,
  deniedBy,
  isForeign,
  matches,
  PatternError,
  parsePattern,
  payeeNames,
} from '../../src/policy/destination-pattern.ts'

const NODE = `02${'ab'.repeat(32)}`
const OTHER = `03${'cd'.repeat(32)}`
const SEGWIT = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const BASE58 = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'

const address = (text: string) => payeeNames({ kind: 'minted', destination: text })
const lnurl = (url: string) => payeeNames({ kind: 'minted', destination: url })
const invoice = (payee: string) => payeeNames({ kind: 'invoice', destination: 'lnbc1…', payee })

describe('a pattern', () => {
  test.each([
    ['a node id', NODE, invoice(NODE), true],
    ['a node id in capitals', NODE.toUpperCase(), invoice(NODE), true],
    ['another node id', NODE, invoice(OTHER), false],
    [
      'a node id, of an address whose node is known',
      NODE,
      payeeNames({ kind: 'minted', destination: 'a@b.example', payee: NODE }),
      true,
    ],
    ['a node id, of a keysend', NODE, payeeNames({ kind: 'keysend', destination: NODE }), true],
    [
      'a node id, of a channel that is closed',
      NODE,
      payeeNames({ kind: 'channel-close', destination: 'channel:1x2x3', payee: NODE }),
      true,
    ],
    [
      'a node id, of a peer with its address',
      NODE,
      payeeNames({ kind: 'channel-open', destination: `${NODE}@1.2.3.4:9735` }),
      true,
    ],
    ['an address', 'bob@shop.example', address('bob@shop.example'), true],
    ['an address in capitals', 'Bob@Shop.Example', address('bob@shop.example'), true],
    ['another name', 'bob@shop.example', address('eve@shop.example'), false],
    ['the same name elsewhere', 'bob@shop.example', address('bob@shop.example.evil.example'), false],
    ['a tag, where the plain name is meant', 'bob@shop.example', address('bob+tip@shop.example'), false],
    ['any name', '*@shop.example', address('bob@shop.example'), true],
    ['any name, not below the domain', '*@shop.example', address('bob@pay.shop.example'), false],
    ['any name below the domain', '*@*.shop.example', address('bob@pay.shop.example'), true],
    ['any name, an LNURL of the host', '*@shop.example', lnurl('https://shop.example/pay'), false],
    ['a domain, an address of it', 'shop.example', address('bob@shop.example'), true],
    ['a domain, an LNURL of it', 'shop.example', lnurl('https://shop.example/pay?id=1'), true],
    ['a domain, an LNURL with a port', 'shop.example', lnurl('https://shop.example:8443/pay'), true],
    ['a domain, an LNURL with a final dot', 'shop.example', lnurl('https://shop.example./pay'), true],
    ['a domain as a name in an LNURL', 'shop.example', lnurl('https://shop.example@evil.example/pay'), false],
    ['a domain in the path of an LNURL', 'shop.example', lnurl('https://evil.example/shop.example'), false],
    [
      'a domain as the beginning of another',
      'shop.example',
      lnurl('https://shop.example.evil.example/'),
      false,
    ],
    ['a domain as the end of another', 'shop.example', lnurl('https://myshop.example/'), false],
    ['below a domain', '*.shop.example', lnurl('https://pay.eu.shop.example/'), true],
    ['below a domain, not itself', '*.shop.example', lnurl('https://shop.example/'), false],
    ['below a domain, not a look-alike ending', '*.shop.example', lnurl('https://myshop.example/'), false],
    ['a domain, an invoice', 'shop.example', invoice(NODE), false],
    ['a bitcoin address', SEGWIT, payeeNames({ kind: 'onchain', destination: SEGWIT }), true],
    [
      'a bitcoin address in capitals',
      SEGWIT.toUpperCase(),
      payeeNames({ kind: 'onchain', destination: SEGWIT }),
      true,
    ],
    ['an old bitcoin address', BASE58, payeeNames({ kind: 'onchain', destination: BASE58 }), true],
    ['another bitcoin address', BASE58, payeeNames({ kind: 'onchain', destination: SEGWIT }), false],
  ])('%s', (_, text, payee, fits) => {
    expect(matches(parsePattern(text), payee)).toBe(fits)
  })

  test.each([
    ['nothing', '  ', 'must not be empty'],
    ['a short node id', NODE.slice(0, 64), '66 hexadecimal characters'],
    ['a node id of no curve', `05${'ab'.repeat(32)}`, '02 or 03'],
    ['a node with its address', `${NODE}@1.2.3.4:9735`, 'the node id alone'],
    ['a link', 'https://shop.example/pay', 'a whole link'],
    ['an LNURL', 'lnurl1dp68gurn8ghj7', 'a whole link'],
    ['a star alone', '*', 'nothing that a payment can be matched with'],
    ['every address', '*@*', 'a * in a place'],
    ['a star in a name', 'b*b@shop.example', 'no Lightning address'],
    ['a star inside a domain', 'shop.*.example', 'a * in a place'],
    ['a star before a letter', '*shop.example', 'a * in a place'],
    ['a whole ending', '*.example', 'far too wide'],
    ['two at signs', 'a@b@shop.example', 'no Lightning address'],
    ['no name', '@shop.example', 'no Lightning address'],
    ['no domain', 'bob@', 'no domain'],
    ['a space', 'bob @shop.example', 'no Lightning address'],
    ['a domain with a space', 'sh op.example', 'no domain'],
    ['a domain with a port', 'shop.example:8080/x', 'no domain'],
    ['a broken bitcoin address', `${SEGWIT.slice(0, -1)}q`, 'nothing that a payment'],
    ['a word', 'everything', 'nothing that a payment'],
  ])('%s is refused', (_, text, reason) => {
    expect(() => parsePattern(text)).toThrow(PatternError)
    expect(() => parsePattern(text)).toThrow(reason)
  })
})

describe('look-alikes', () => {
  // the second letter o of each is Cyrillic or Greek
  test.each(['shоp.example', 'shοp.example', '*.shоp.example', 'bob@shоp.example'])(
    '%s, of two alphabets, is no pattern',
    (text) => {
      expect(() => parsePattern(text)).toThrow('several alphabets')
    },
  )

  test.each([
    ['Cyrillic throughout', 'сор.example'],
    ['an accent', 'shóp.example'],
    ['a dotless i', 'pаypal.example'.replace('а', 'ı')],
  ])('%s is compared in its xn-- form', (_, text) => {
    const pattern = parsePattern(text)
    expect(isForeign(pattern)).toBe(true)
    expect(pattern).toMatchObject({ host: expect.stringMatching(/^xn--/) })
    expect(matches(pattern, lnurl(`https://${'host' in pattern ? pattern.host : ''}/pay`))).toBe(true)
    expect(matches(pattern, lnurl('https://cop.example/pay'))).toBe(false)
    expect(matches(pattern, lnurl('https://shop.example/pay'))).toBe(false)
  })

  test.each([
    'https://shоp.example/pay',
    'https://xn--shp-hmc.example/pay',
    'https://shóp.example/pay',
    'https://sh0p.example/pay',
    'https://shop.examp1e/pay',
  ])('%s does not match what it looks like', (url) => {
    expect(allowedBy([parsePattern('shop.example')], lnurl(url))).toBe('no')
  })

  test('wide letters are the same host, as DNS has it', () => {
    expect(deniedBy([parsePattern('shop.example')], lnurl('https://ｓｈｏｐ.example/pay'))).toBeDefined()
  })
})

describe('lists', () => {
  test('an address with a tag does not slip past a denied one', () => {
    const deny = [parsePattern('bob@shop.example')]
    expect(deniedBy(deny, address('bob+1@shop.example'))).toMatchObject({ text: 'bob@shop.example' })
    expect(deniedBy(deny, address('bobby@shop.example'))).toBeUndefined()
  })

  test('a node on the allow list waits for the invoice of an address', () => {
    const allow = [parsePattern(NODE)]
    expect(allowedBy(allow, address('bob@shop.example'))).toBe('later')
    const minted = { kind: 'minted', destination: 'bob@shop.example' }
    expect(allowedBy(allow, payeeNames({ ...minted, payee: NODE }))).toBe('yes')
    expect(allowedBy(allow, payeeNames({ ...minted, payee: OTHER }))).toBe('no')
    expect(allowedBy([parsePattern('evil.example')], address('bob@shop.example'))).toBe('no')
  })
})
