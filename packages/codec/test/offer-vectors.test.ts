import { describe, expect, test } from 'vitest'
import { merkleRoot } from '../src/bolt12/merkle-root.ts'
import { readTlvStream } from '../src/bolt12/tlv-stream.ts'
import { decodeOffer } from '../src/index.ts'
import formats from './fixtures/bolt12-format-vectors.json' with { type: 'json' }
import vectors from './fixtures/bolt12-offer-vectors.json' with { type: 'json' }
import { refusalOf } from './refusal-of.ts'

const ISSUER_ID = '02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619'

interface Expected {
  description?: string
  networks?: string[]
  amountMsat?: string
  currency?: { code: string; amount: string }
  expiresAt?: number
  issuer?: string
  issuerId?: null
  quantityMax?: string
  features?: number[]
  paths?: number
}

describe('valid BOLT 12 offers', () => {
  test.each(vectors.valid as { name: string; offer: string; expected: Expected }[])(
    'decodes: $name',
    ({ offer, expected }) => {
      const { amountMsat, currency, quantityMax, issuerId, ...plain } = expected
      expect(decodeOffer(offer)).toEqual({
        offer,
        offerId: expect.stringMatching(/^[0-9a-f]{64}$/),
        fieldsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        networks: ['mainnet'],
        features: [],
        paths: 0,
        ...plain,
        ...(issuerId === null ? {} : { issuerId: ISSUER_ID }),
        ...(amountMsat === undefined ? {} : { amountMsat: BigInt(amountMsat) }),
        ...(currency === undefined ? {} : { currency: { ...currency, amount: BigInt(currency.amount) } }),
        ...(quantityMax === undefined ? {} : { quantityMax: BigInt(quantityMax) }),
      })
    },
  )
})

describe('invalid BOLT 12 offers', () => {
  test.each(vectors.invalid)('refuses: $name', ({ offer, reason }) => {
    const error = refusalOf(() => decodeOffer(offer))
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain(reason)
  })
})

describe('spelling of BOLT 12 strings', () => {
  const canonical = formats[0]?.offer
  test.each(formats.filter(({ valid }) => valid))('accepts $name', ({ offer }) => {
    expect(decodeOffer(offer).offer).toBe(canonical)
  })
  test.each(formats.filter(({ valid }) => !valid))('refuses $name', ({ offer }) => {
    expect(refusalOf(() => decodeOffer(offer)).code).toBe('invalid_request')
  })
})

describe('Merkle root', () => {
  test.each(vectors.merkle)('matches the vector with $name', ({ stream, root }) => {
    expect(merkleRoot(readTlvStream(Buffer.from(stream, 'hex'))).toString('hex')).toBe(root)
  })
})
