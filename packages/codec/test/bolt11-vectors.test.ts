import type { RouteHintHop } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { decodeInvoice } from '../src/index.ts'
import vectors from './fixtures/bolt11-vectors.json' with { type: 'json' }
import { refusalOf } from './refusal-of.ts'

const PAYEE = '03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad'
const PAYMENT_HASH = '0001020304050607080900010203040506070809000102030405060708090102'
const HASH_OF_LIST = '3925b6f67e2c340036ed12093dd44e0368df1b6ea26c53dbe4811f58fd5db8c1'

interface Expected {
  network?: string
  payee?: string
  amountMsat?: string
  description?: string
  hashed?: boolean
  paymentHash?: string
  createdAt?: number
  expirySeconds?: number
  minFinalCltvDelta?: number
  features?: readonly number[]
  metadata?: string
  routeHints?: readonly (readonly (Omit<RouteHintHop, 'feeBaseMsat' | 'nodeId'> & {
    feeBaseMsat: string
  })[])[]
}

describe('valid BOLT 11 vectors', () => {
  test.each(vectors.valid as { name: string; invoice: string; expected: Expected }[])(
    'decodes: $name',
    ({ invoice, expected }) => {
      const createdAt = expected.createdAt ?? 1496314658
      const { routeHints = [], amountMsat, hashed, expirySeconds = 3600 } = expected
      expect(decodeInvoice(invoice)).toEqual({
        invoice: invoice.toLowerCase(),
        network: expected.network ?? 'mainnet',
        paymentHash: expected.paymentHash ?? PAYMENT_HASH,
        payee: expected.payee ?? PAYEE,
        ...(amountMsat === undefined ? {} : { amountMsat: BigInt(amountMsat) }),
        ...(hashed ? { descriptionHash: HASH_OF_LIST } : { description: expected.description }),
        createdAt,
        expiresAt: createdAt + expirySeconds,
        minFinalCltvDelta: expected.minFinalCltvDelta ?? 18,
        paymentSecret: '11'.repeat(32),
        features: expected.features,
        routeHints: routeHints.map((route) =>
          route.map((hop) => ({ ...hop, feeBaseMsat: BigInt(hop.feeBaseMsat) })),
        ),
        ...(expected.metadata === undefined ? {} : { metadata: expected.metadata }),
      })
    },
  )
})

describe('invalid BOLT 11 vectors', () => {
  test.each(vectors.invalid)('refuses: $name', ({ invoice, reason }) => {
    const error = refusalOf(() => decodeInvoice(invoice))
    expect(error).toMatchObject({ code: 'invalid_invoice', sent: 'no', retry: 'never' })
    expect(error.message).toContain(reason)
    expect(error.message).not.toContain(invoice.slice(0, 30))
  })
})
