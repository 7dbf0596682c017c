import { describe, expect, test } from 'vitest'
import { decodeBolt12Invoice, decodeInvoiceRequest, decodeOffer } from '../src/index.ts'
import captures from './fixtures/bolt12-captures.json' with { type: 'json' }

interface Captured {
  source: string
  amountMsat?: string | null
  requestedMsat?: string
  payerNote?: string | null
}

/** What the node said about a text, in the types of the codec. */
function expected({ source, amountMsat, requestedMsat, payerNote, ...plain }: Captured): object {
  return {
    ...plain,
    ...(typeof amountMsat === 'string' ? { amountMsat: BigInt(amountMsat) } : {}),
    ...(requestedMsat === undefined ? {} : { requestedMsat: BigInt(requestedMsat) }),
    ...(typeof payerNote === 'string' ? { payerNote } : {}),
  }
}

describe('texts captured from nodes', () => {
  test.each(captures.offers)('$source: the offer reads as the node says', (captured) => {
    const offer = decodeOffer(captured.offer)
    expect(offer).toMatchObject({ ...expected(captured), networks: ['regtest'] })
    expect(offer.amountMsat === undefined).toBe(captured.amountMsat === null)
  })

  test.each(captures.invoices)('$source: the invoice reads as the node says', (captured) => {
    expect(decodeBolt12Invoice(captured.invoice)).toMatchObject({ ...expected(captured), network: 'regtest' })
  })

  test.each(captures.requests)('$source: the request reads as the node says', (captured) => {
    expect(decodeInvoiceRequest(captured.invoiceRequest)).toMatchObject({
      ...expected(captured),
      network: 'regtest',
    })
  })

  test('an invoice names the offer that it answers to', () => {
    const [fixed, any] = captures.offers.map(({ offer }) => decodeOffer(offer).offerId)
    expect(captures.invoices.slice(0, 2).map(({ invoice }) => decodeBolt12Invoice(invoice).offerId)).toEqual([
      fixed,
      any,
    ])
  })
})
