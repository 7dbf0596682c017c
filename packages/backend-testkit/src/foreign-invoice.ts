import { createHash, randomBytes } from 'node:crypto'
import { encodeInvoice, type InvoiceFields } from '@lightning-mcp/codec'
import { type PaymentHash, type Preimage, paymentHash, preimage } from '@lightning-mcp/core'

/** A preimage that nobody has used, and its hash. */
export function freshPreimage(): { preimage: Preimage; paymentHash: PaymentHash } {
  const secret = randomBytes(32)
  return {
    preimage: preimage(secret.toString('hex')),
    paymentHash: paymentHash(createHash('sha256').update(secret).digest('hex')),
  }
}

/** A well-formed invoice of a node that does not exist. */
export function foreignInvoice(
  fields: Pick<InvoiceFields, 'network' | 'createdAt'> & Partial<InvoiceFields>,
): { invoice: string; paymentHash: PaymentHash } {
  const { paymentHash: hash } = freshPreimage()
  const invoice = encodeInvoice(
    {
      paymentHash: hash,
      paymentSecret: randomBytes(32).toString('hex'),
      description: 'of a node that does not exist',
      ...fields,
    },
    randomBytes(32),
  )
  return { invoice, paymentHash: hash }
}
