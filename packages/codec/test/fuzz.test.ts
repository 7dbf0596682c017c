import { LightningError } from '@lightning-mcp/core'
import { bech32 } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeBolt12Text } from '../src/bolt12/bolt12-text.ts'
import { signedStream } from '../src/bolt12/signature.ts'
import {
  assertPayable,
  decodeBolt12Invoice,
  decodeInvoice,
  decodeInvoiceRequest,
  decodeLnurl,
  decodeOffer,
  encodeLnurl,
  parseBip21,
  parseBitcoinAddress,
  parseDestination,
  parseLightningAddress,
  parseNodeUri,
} from '../src/index.ts'
import { buildInvoice, goodFields, PUBLIC_KEY, signWords } from './build-invoice.ts'
import invoiceVectors from './fixtures/bolt11-vectors.json' with { type: 'json' }
import captures from './fixtures/bolt12-captures.json' with { type: 'json' }
import offerVectors from './fixtures/bolt12-offer-vectors.json' with { type: 'json' }

// Random text dies at the prefix, so everything here starts from something valid. 115,600 inputs in all.

const invoices = [...invoiceVectors.valid, ...invoiceVectors.invalid].map(({ invoice }) => invoice)
const offers = [...offerVectors.valid, ...offerVectors.invalid].map(({ offer }) => offer)
const addresses = [
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
  '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
  '3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX',
]
const others = [
  encodeLnurl('https://example.com/.well-known/lnurlp/alice?a=1'),
  'lnurlp://example.com/p/7?x=1#y',
  'keyauth://example.com/?tag=login&k1=ab',
  'alice+tips@pay.example.com',
  '₿alice@example.com',
  `${PUBLIC_KEY}@[2001:db8::1]:9735`,
  PUBLIC_KEY,
  `bitcoin:${addresses[0]}?amount=0.00001&label=a%20b&lightning=${buildInvoice({ prefix: 'lnbc10u' })}`,
  `bitcoin:?lno=${offers[0]}`,
]

/** Refusing is fine, any other end is not; what was accepted must be readable again in its canonical form. */
function endsWell(parse: () => { canonical?: string } | unknown): void {
  let found: unknown
  try {
    found = parse()
  } catch (error) {
    if (!LightningError.is(error)) throw error
    expect(error.sent).toBe('no')
    expect(error.message.length).toBeLessThan(300)
    return
  }
  const canonical = (found as { canonical?: string }).canonical
  if (canonical !== undefined) expect(parseDestination(canonical).canonical).toBe(canonical)
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l1') },
  { weight: 2, arbitrary: fc.constantFrom(...'QLNBCo+-@:?&=%./ \n\u0000\u200b\u202e₿аé𝟘') },
  { weight: 1, arbitrary: fc.string({ minLength: 0, maxLength: 6, unit: 'binary' }) },
)
const edit = fc.tuple(fc.nat(), fc.nat(3), character)

/** One to three places cut, doubled, replaced or filled in. */
const mutated = (seeds: readonly string[]) =>
  fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([seed, edits]) =>
    edits.reduce((text, [place, kind, inserted]) => {
      const at = place % (text.length + 1)
      if (kind === 0) return text.slice(0, at) + inserted + text.slice(at + 1)
      if (kind === 1) return text.slice(0, at) + inserted + text.slice(at)
      if (kind === 2) return text.slice(0, at) + text.slice(at + 1 + (place % 7))
      return text.slice(0, at) + text.slice(Math.max(0, at - 9), at) + text.slice(at)
    }, seed),
  )

const words = fc.array(fc.nat(31), { maxLength: 60 })
const letters = fc.constantFrom(...'psdnhxcfr9m5qz')

describe('no input ends in anything but an answer or a LightningError', () => {
  test('mutated invoices', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(mutated(invoices), (text) => endsWell(() => decodeInvoice(text))),
      { numRuns: 40_000 },
    )
  })

  test('invoices with mutated words and a right checksum', { timeout: 60_000 }, () => {
    const seeds = invoices.flatMap((invoice) => {
      try {
        return [bech32.decode(invoice as `${string}1${string}`, false)]
      } catch {
        return []
      }
    })
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.nat(31)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...seeds), edits, (seed, changes) => {
        const changed = [...seed.words]
        for (const [place, kind, word] of changes) {
          const at = place % (changed.length + 1)
          changed.splice(at, kind === 1 ? 0 : 1, ...(kind === 2 ? [] : [word]))
        }
        endsWell(() => decodeInvoice(bech32.encode(seed.prefix, changed, false)))
      }),
      { numRuns: 10_000 },
    )
  })

  test('signed invoices with random fields', { timeout: 60_000 }, () => {
    const fields = fc.array(fc.tuple(letters, words), { maxLength: 4 })
    const prefix = fc.oneof(
      fc.constant('lnbcrt'),
      fc
        .tuple(fc.bigInt(0n, 10n ** 22n), fc.constantFrom('', 'm', 'u', 'n', 'p', 'x'))
        .map((p) => `lnbc${p.join('')}`),
    )
    fc.assert(
      fc.property(prefix, fields, words, (hrp, more, trailing) => {
        const invoice =
          trailing.length % 3 === 0
            ? buildInvoice({ prefix: hrp, fields: [...goodFields, ...more], trailing })
            : signWords(hrp, trailing)
        endsWell(() => assertPayable({ invoice }, { network: 'regtest' }))
      }),
      { numRuns: 2500 },
    )
  })

  test('mutated offers', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(mutated(offers), (text) => endsWell(() => decodeOffer(text))),
      { numRuns: 25_000 },
    )
  })

  test('mutated BOLT 12 invoices and requests', { timeout: 60_000 }, () => {
    const texts = [
      ...captures.invoices.map(({ invoice }) => invoice),
      ...captures.requests.map(({ invoiceRequest }) => invoiceRequest),
    ]
    fc.assert(
      fc.property(fc.constantFrom(decodeBolt12Invoice, decodeInvoiceRequest), mutated(texts), (read, text) =>
        endsWell(() => read(text)),
      ),
      { numRuns: 3000 },
    )
  })

  test('signed BOLT 12 invoices with random fields', { timeout: 60_000 }, () => {
    const types = [0n, 8n, 10n, 16n, 22n, 80n, 82n, 88n, 89n, 160n, 162n, 164n, 166n, 168n, 170n, 174n, 176n]
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(Buffer.from(PUBLIC_KEY, 'hex'), new Uint8Array(32), Uint8Array.of(1)),
    )
    const fields = fc.uniqueArray(fc.tuple(fc.constantFrom(...types), value), {
      minLength: 1,
      selector: ([type]) => type,
    })
    fc.assert(
      fc.property(fields, (chosen) => {
        const stream = signedStream('invoice', chosen, Buffer.alloc(32, 1))
        endsWell(() => decodeBolt12Invoice(writeBolt12Text('lni', stream)))
      }),
      { numRuns: 100 },
    )
  })

  test('mutated destinations of every kind', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(mutated([...others, ...addresses, ...invoices, ...offers]), (text) =>
        endsWell(() => parseDestination(text)),
      ),
      { numRuns: 25_000 },
    )
  })

  test('each reader given what was meant for another', { timeout: 60_000 }, () => {
    const readers = [
      decodeLnurl,
      parseBip21,
      parseBitcoinAddress,
      parseLightningAddress,
      parseNodeUri,
      encodeLnurl,
    ]
    fc.assert(
      fc.property(fc.constantFrom(...readers), mutated([...others, ...addresses]), (read, text) => {
        endsWell(() => read(text))
      }),
      { numRuns: 9000 },
    )
  })

  test('values that are no text', () => {
    const readers = [
      decodeInvoice,
      decodeOffer,
      decodeBolt12Invoice,
      decodeInvoiceRequest,
      parseDestination,
      decodeLnurl,
      parseBip21,
      parseNodeUri,
    ]
    fc.assert(
      fc.property(fc.constantFrom(...readers), fc.anything(), (read, value) => {
        endsWell(() => read(value as string))
      }),
      { numRuns: 1000 },
    )
  })
})
