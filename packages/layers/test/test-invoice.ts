import { createHash } from 'node:crypto'
import { encodeBolt12Invoice, encodeInvoice, encodeInvoiceRequest, encodeOffer } from '@lightning-mcp/codec'
import {
  msat,
  type NodeId,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
} from '@lightning-mcp/core'

/** A signed regtest invoice over 1000 sat whose preimage is known. */
export function testInvoice(byte = 7): { invoice: string; paymentHash: PaymentHash; preimage: Preimage } {
  const secret = Buffer.alloc(32, byte)
  const hash = paymentHash(createHash('sha256').update(secret).digest('hex'))
  const invoice = encodeInvoice(
    {
      network: 'regtest',
      paymentHash: hash,
      paymentSecret: '11'.repeat(32),
      createdAt: 1_700_000_000,
      amountMsat: msat(1_000_000n),
      description: 'test',
    },
    Buffer.alloc(32, 9),
  )
  return { invoice, paymentHash: hash, preimage: preimage(secret.toString('hex')) }
}

/** The double of the curve's generator, whose key is two. */
const ISSUER = '02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5' as NodeId
const ISSUER_KEY = '00'.repeat(31).concat('02')

/** An offer over 1000 sat and an invoice of it. */
export function testBolt12Invoice(): { offer: string; invoice: string; paymentHash: PaymentHash } {
  const amountMsat = msat(1_000_000n)
  const hash = testInvoice().paymentHash
  const offer = encodeOffer({ network: 'regtest', issuerId: ISSUER, amountMsat, description: 'test' })
  const invoiceRequest = encodeInvoiceRequest(
    { offer, network: 'regtest', metadata: '01'.repeat(8) },
    '03'.repeat(32),
  )
  const invoice = encodeBolt12Invoice(
    { invoiceRequest, paymentHash: hash, amountMsat, createdAt: 1_700_000_000 },
    ISSUER_KEY,
  )
  return { offer, invoice, paymentHash: hash }
}
