import type { DescriptionHash, Msat, NodeId, PaymentHash } from '@lightning-mcp/core'
import { MAX_MSAT, NETWORKS } from '@lightning-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeInvoice, encodeInvoice, type InvoiceFields } from '../src/index.ts'
import { PRIVATE_KEY, PUBLIC_KEY } from './build-invoice.ts'
import { refusalOf } from './refusal-of.ts'

const fields: InvoiceFields = {
  network: 'regtest',
  paymentHash: 'ab'.repeat(32) as PaymentHash,
  paymentSecret: 'cd'.repeat(32),
  createdAt: 1_700_000_000,
  description: 'tea',
}

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'))

const hop = fc.record({
  nodeId: fc.constantFrom(
    PUBLIC_KEY,
    '029e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255',
  ) as fc.Arbitrary<NodeId>,
  shortChannelId: fc
    .tuple(fc.nat(0xff_ffff), fc.nat(0xff_ffff), fc.nat(0xffff))
    .map(([block, index, output]) => `${block}x${index}x${output}`),
  feeBaseMsat: fc.nat(0x7fff_ffff).map((n) => BigInt(n) as Msat),
  feeProportionalMillionths: fc.nat(0x7fff_ffff),
  cltvExpiryDelta: fc.integer({ min: 1, max: 0xffff }),
})

const anyFields: fc.Arbitrary<InvoiceFields> = fc
  .tuple(
    fc.record(
      {
        network: fc.constantFrom(...NETWORKS),
        paymentHash: hex(32) as fc.Arbitrary<PaymentHash>,
        paymentSecret: hex(32),
        createdAt: fc.integer({ min: 1, max: 2 ** 35 - 1 }),
        amountMsat: fc.bigInt(1n, MAX_MSAT) as fc.Arbitrary<Msat>,
        expirySeconds: fc.integer({ min: 1, max: 2 ** 31 }),
        minFinalCltvDelta: fc.integer({ min: 1, max: 0xffff }),
        features: fc.uniqueArray(fc.nat(400).map((n) => n * 2 + 1)).map((odd) => [8, 14, ...odd]),
        routeHints: fc.array(fc.array(hop, { minLength: 1, maxLength: 4 }), { maxLength: 3 }),
        metadata: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((b) => Buffer.from(b).toString('hex')),
      },
      { requiredKeys: ['network', 'paymentHash', 'paymentSecret', 'createdAt'] },
    ),
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }).map((description) => ({ description })),
      (hex(32) as fc.Arbitrary<DescriptionHash>).map((descriptionHash) => ({ descriptionHash })),
    ),
  )
  .map(([rest, description]) => ({ ...rest, ...description }) as InvoiceFields)

describe('encodeInvoice', () => {
  test('writes what decodeInvoice reads back', () => {
    fc.assert(
      fc.property(anyFields, (given) => {
        const decoded = decodeInvoice(encodeInvoice(given, PRIVATE_KEY))
        const {
          expirySeconds = 3600,
          minFinalCltvDelta = 18,
          routeHints = [],
          features = [8, 14, 17],
          ...rest
        } = given
        expect(decoded).toEqual({
          ...rest,
          network: given.network === 'testnet4' ? 'testnet' : given.network,
          invoice: expect.any(String),
          payee: PUBLIC_KEY,
          expiresAt: given.createdAt + expirySeconds,
          minFinalCltvDelta,
          routeHints,
          features: [...features].sort((a, b) => a - b),
        })
      }),
      { numRuns: 500 },
    )
  })

  test('writes the same text for the same fields', () => {
    expect(encodeInvoice(fields, PRIVATE_KEY)).toBe(encodeInvoice(fields, Buffer.from(PRIVATE_KEY, 'hex')))
  })

  const bad: { name: string; change: object; key?: string }[] = [
    { name: 'a description and a hash', change: { descriptionHash: 'ab'.repeat(32) } },
    { name: 'neither description nor hash', change: { description: undefined } },
    { name: 'a description of 640 bytes', change: { description: 'x'.repeat(640) } },
    { name: 'an amount of zero', change: { amountMsat: 0n } },
    { name: 'a negative amount', change: { amountMsat: -1n } },
    { name: 'an amount above 21 million BTC', change: { amountMsat: MAX_MSAT + 1n } },
    { name: 'a short payment secret', change: { paymentSecret: 'ab' } },
    { name: 'a short payment hash', change: { paymentHash: 'ab' } },
    { name: 'a creation time in milliseconds', change: { createdAt: 1_700_000_000_000 } },
    { name: 'a fractional creation time', change: { createdAt: 1_700_000_000.5 } },
    { name: 'an expiry of zero', change: { expirySeconds: 0 } },
    { name: 'a CLTV delta beyond 16 bits', change: { minFinalCltvDelta: 65_536 } },
    { name: 'a feature bit out of range', change: { features: [8, 14, 5115] } },
    { name: 'an empty route', change: { routeHints: [[]] } },
    { name: 'metadata that is not hex', change: { metadata: 'xyz' } },
    { name: 'metadata of 640 bytes', change: { metadata: 'ab'.repeat(640) } },
    { name: 'a private key of zero', change: {}, key: '00'.repeat(32) },
    { name: 'a short private key', change: {}, key: 'ab' },
  ]
  test.each(bad)('refuses $name', ({ change, key = PRIVATE_KEY }) => {
    const error = refusalOf(() => encodeInvoice({ ...fields, ...change } as InvoiceFields, key))
    expect(error.code).toBe('invalid_request')
    expect(error.message).not.toContain(key)
  })
})
