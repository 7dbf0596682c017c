import { msat, type Network, nodeId, paymentHash } from '@lightning-mcp/core'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBolt12Text, writeBolt12Text } from '../src/bolt12/bolt12-text.ts'
import { signedStream } from '../src/bolt12/signature.ts'
import { readTlvStream, writeTlvStream } from '../src/bolt12/tlv-stream.ts'
import {
  decodeBolt12Invoice,
  decodeInvoiceRequest,
  decodeOffer,
  encodeBolt12Invoice,
  encodeInvoiceRequest,
  encodeOffer,
} from '../src/index.ts'
import captures from './fixtures/bolt12-captures.json' with { type: 'json' }
import { refusalOf } from './refusal-of.ts'

const OWNER_KEY = '11'.repeat(32)
const PAYER_KEY = '22'.repeat(32)
const HASH = paymentHash('ab'.repeat(32))
const publicKey = (key: string) =>
  nodeId(Buffer.from(secp256k1.getPublicKey(Buffer.from(key, 'hex'), true)).toString('hex'))
const OWNER = publicKey(OWNER_KEY)

const offerOf = (amountMsat?: bigint, network: Network = 'regtest') =>
  encodeOffer({
    network,
    issuerId: OWNER,
    description: 'tea',
    ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
  })
const requestOf = (offer: string, amountMsat?: bigint, network: Network = 'regtest') =>
  encodeInvoiceRequest(
    {
      offer,
      network,
      metadata: '00ff',
      payerNote: 'thanks',
      ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
    },
    PAYER_KEY,
  )
const invoiceOf = (invoiceRequest: string, amountMsat: bigint, key = OWNER_KEY) =>
  encodeBolt12Invoice(
    { invoiceRequest, paymentHash: HASH, amountMsat: msat(amountMsat), createdAt: 1_700_000_000 },
    key,
  )
const INVOICE = invoiceOf(requestOf(offerOf(7000n)), 7000n)

type Field = readonly [type: bigint, value: Buffer]
/** The same invoice with other fields, signed anew by its owner, so that only the fields are wrong. */
function resigned(change: (fields: Field[]) => Field[], key = OWNER_KEY): string {
  const fields = readTlvStream(readBolt12Text(INVOICE, 'lni').bytes)
    .filter(({ type }) => type !== 240n)
    .map(({ type, value }): Field => [type, value])
  return writeBolt12Text('lni', signedStream('invoice', change(fields), Buffer.from(key, 'hex')))
}
const without = (type: bigint) => resigned((fields) => fields.filter((field) => field[0] !== type))
const replaced = (type: bigint, hex: string, key?: string) =>
  resigned((fields) => [...fields.filter((field) => field[0] !== type), [type, Buffer.from(hex, 'hex')]], key)
/** The same invoice with other bytes under the old signature. */
function tampered(type: bigint, hex: string): string {
  const fields = readTlvStream(readBolt12Text(INVOICE, 'lni').bytes).map(
    (record): Field => [record.type, record.type === type ? Buffer.from(hex, 'hex') : record.value],
  )
  return writeBolt12Text('lni', writeTlvStream(fields))
}

describe('an offer, its request and its invoice', () => {
  test('are read back as they were written', () => {
    fc.assert(
      fc.property(
        fc.record({
          amount: fc.option(fc.bigInt({ min: 1n, max: 2_100_000_000_000_000_000n })),
          more: fc.bigInt({ min: 0n, max: 1000n }),
          description: fc.string({ unit: 'grapheme', maxLength: 40 }),
          network: fc.constantFrom<Network>('mainnet', 'testnet', 'signet', 'regtest'),
          expirySeconds: fc.integer({ min: 1, max: 0xffff_ffff }),
        }),
        ({ amount, more, description, network, expirySeconds }) => {
          const offer = encodeOffer({
            network,
            issuerId: OWNER,
            description,
            ...(amount === null ? {} : { amountMsat: msat(amount) }),
          })
          const asked = amount === null ? more + 1n : undefined
          const request = requestOf(offer, asked, network)
          const amountMsat = msat(amount ?? (asked as bigint))
          const invoice = encodeBolt12Invoice(
            {
              invoiceRequest: request,
              paymentHash: HASH,
              amountMsat,
              createdAt: 1_700_000_000,
              expirySeconds,
            },
            OWNER_KEY,
          )
          const decoded = decodeOffer(offer)
          expect(decoded).toMatchObject({ networks: [network], description, issuerId: OWNER })
          expect(decodeInvoiceRequest(request)).toMatchObject({
            offerId: decoded.offerId,
            payerId: publicKey(PAYER_KEY),
            payerNote: 'thanks',
          })
          expect(decodeBolt12Invoice(invoice)).toEqual({
            invoice,
            network,
            paymentHash: HASH,
            amountMsat,
            nodeId: OWNER,
            createdAt: 1_700_000_000,
            expiresAt: 1_700_000_000 + expirySeconds,
            offerId: decoded.offerId,
            description,
            payerId: publicKey(PAYER_KEY),
            payerNote: 'thanks',
          })
        },
      ),
      { numRuns: 12 },
    )
  })

  test('are written as Eclair writes them', () => {
    const { offer } = captures.offers[2] as { offer: string }
    const { issuerId, ...rest } = decodeOffer(offer)
    expect(
      encodeOffer({
        network: 'regtest',
        issuerId: nodeId(issuerId as string),
        amountMsat: msat(rest.amountMsat as bigint),
        description: rest.description as string,
      }),
    ).toBe(offer)
  })

  test('are the same text for the same fields', () => {
    expect(invoiceOf(requestOf(offerOf(7000n)), 7000n)).toBe(INVOICE)
  })

  test('expire after two hours where the invoice does not say', () => {
    const { createdAt, expiresAt } = decodeBolt12Invoice(INVOICE)
    expect(expiresAt - createdAt).toBe(7200)
  })
})

describe('decodeBolt12Invoice', () => {
  const captured = captures.invoices[0]?.invoice as string
  test('refuses a captured invoice with any one letter changed', () => {
    const letters = captured.length - 4
    for (let step = 0; step < 24; step++) {
      const at = 4 + Math.floor((step * letters) / 24)
      const wrong = captured.slice(0, at) + (captured[at] === 'q' ? 'p' : 'q') + captured.slice(at + 1)
      expect(refusalOf(() => decodeBolt12Invoice(wrong)).code).toBe('invalid_invoice')
    }
  })

  test.each<[name: string, invoice: () => string, reason: string]>([
    ['a changed amount', () => tampered(170n, '1b59'), 'signature is wrong'],
    ['a changed payment hash', () => tampered(168n, 'cd'.repeat(32)), 'signature is wrong'],
    ['no signature', () => tampered(240n, ''), 'signature is wrong'],
    ['another payee', () => replaced(176n, publicKey(PAYER_KEY), PAYER_KEY), 'owner of the offer'],
    ['no amount', () => without(170n), 'has no amount'],
    ['no payment hash', () => without(168n), 'has no payment hash'],
    ['no time', () => without(164n), 'has no time of creation'],
    ['no payee', () => without(176n), 'has no payee'],
    ['no path', () => without(160n), 'has no path'],
    ['no payer', () => without(88n), 'names no payer'],
    ['a short payment hash', () => replaced(168n, 'ab'), 'wrong length'],
    ['another amount than was asked for', () => replaced(82n, '1b59'), 'not the one asked for'],
    ['an amount of zero', () => replaced(170n, ''), 'amount is zero'],
    ['an amount above all bitcoin', () => replaced(170n, 'ff'.repeat(8)), 'above 21 million'],
    ['more fees than paths', () => replaced(162n, '00'.repeat(56)), 'do not fit together'],
    ['a required feature', () => replaced(174n, '04'), 'requires feature 2'],
    ['an unknown required field', () => replaced(178n, '01'), 'requires a field'],
    ['a field that no invoice has', () => replaced(1001n, '01'), 'that no invoice has'],
    ['an unknown chain', () => replaced(80n, 'ee'.repeat(32)), 'network that is not known'],
    ['another chain than the offer', () => without(80n), 'network is none of the offer'],
    ['the offer itself', () => offerOf(7000n), 'does not start with lni1'],
  ])('refuses one with %s', (_name, invoice, reason) => {
    const error = refusalOf(() => decodeBolt12Invoice(invoice()))
    expect(error).toMatchObject({ code: 'invalid_invoice', sent: 'no' })
    expect(error.message).toContain(reason)
  })

  test('skips an unknown field that is not required', () => {
    const invoice = replaced(3_000_000_001n, 'abcd')
    expect(decodeBolt12Invoice(invoice).paymentHash).toBe(HASH)
  })
})

describe('encodeBolt12Invoice', () => {
  test.each<[name: string, write: () => string, reason: string]>([
    ['another amount than the payer', () => invoiceOf(requestOf(offerOf(), 5000n), 6000n), 'asked for'],
    ['the key of another node', () => invoiceOf(requestOf(offerOf(1n)), 1n, PAYER_KEY), 'only the issuer'],
  ])('refuses %s', (_name, write, reason) => {
    expect(refusalOf(write).message).toContain(reason)
  })
})

describe('encodeInvoiceRequest', () => {
  test.each<[name: string, write: () => string, reason: string]>([
    ['no amount for an offer without one', () => requestOf(offerOf()), 'an amount is needed'],
    ['less than the offer asks for', () => requestOf(offerOf(7000n), 6999n), 'less than'],
    ['another network', () => requestOf(offerOf(1n, 'mainnet')), 'cannot be paid on regtest'],
  ])('refuses %s', (_name, write, reason) => {
    expect(refusalOf(write).message).toContain(reason)
  })

  test('is refused by the reader when its signature is another', () => {
    const request = requestOf(offerOf(7000n))
    const fields = readTlvStream(readBolt12Text(request, 'lnr').bytes).map(
      ({ type, value }) => [type, type === 89n ? Buffer.from('thankz') : value] as const,
    )
    const error = refusalOf(() => decodeInvoiceRequest(writeBolt12Text('lnr', writeTlvStream(fields))))
    expect(error.message).toContain('signature is wrong')
  })
})
