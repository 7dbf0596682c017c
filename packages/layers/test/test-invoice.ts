import { createHash } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import { msat, type PaymentHash, type Preimage, paymentHash, preimage } from '@lightning-mcp/core'

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
