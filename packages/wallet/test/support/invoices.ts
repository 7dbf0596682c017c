import { createHash, randomBytes } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import { type Msat, msat, type Network, type PaymentHash, type Preimage } from '@lightning-mcp/core'

export interface TestInvoice {
  invoice: string
  preimage: Preimage
  paymentHash: PaymentHash
}

export interface TestInvoiceOptions {
  nowMs: number
  /** `null`: the payer chooses. */
  amountMsat?: bigint | null
  preimage?: Preimage
  expirySeconds?: number
  network?: Network
  privateKey?: string
  description?: string
}

export const hashOf = (preimage: string): PaymentHash =>
  createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex') as PaymentHash

export const randomPreimage = (): Preimage => randomBytes(32).toString('hex') as Preimage

/** A signed invoice of somebody else. */
export function testInvoice({
  nowMs,
  amountMsat = 1_000_000n,
  preimage = randomPreimage(),
  expirySeconds = 3600,
  network = 'regtest',
  privateKey = '11'.repeat(32),
  description = 'a test',
}: TestInvoiceOptions): TestInvoice {
  const paymentHash = hashOf(preimage)
  const invoice = encodeInvoice(
    {
      network,
      paymentHash,
      paymentSecret: '22'.repeat(32),
      createdAt: Math.floor(nowMs / 1000),
      expirySeconds,
      description,
      ...(amountMsat === null ? {} : { amountMsat: msat(amountMsat) as Msat }),
    },
    privateKey,
  )
  return { invoice, preimage, paymentHash }
}
