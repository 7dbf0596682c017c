import { createHash, randomBytes } from 'node:crypto'
import { encodeInvoice, type InvoiceFields } from '@lightning-mcp/codec'
import { msat, paymentHash } from '@lightning-mcp/core'

const HOUR = 3_600
const now = (): number => Math.floor(Date.now() / 1_000)

/** An invoice of a node nobody knows, signed and whole; it differs from a payable one where told. */
const signed = (fields: Partial<InvoiceFields>): string =>
  encodeInvoice(
    {
      network: 'regtest',
      paymentHash: paymentHash(createHash('sha256').update(randomBytes(32)).digest('hex')),
      paymentSecret: randomBytes(32).toString('hex'),
      description: 'bad input',
      createdAt: now(),
      ...fields,
    },
    randomBytes(32),
  )

const amountMsat = msat(21_000n)

/** Invoices, each with one thing about it that forbids to pay it as it is. */
export const makeInvoices = () => {
  const good = signed({ amountMsat })
  return {
    good,
    mainnet: signed({ network: 'mainnet', amountMsat }),
    testnet: signed({ network: 'testnet', amountMsat }),
    signet: signed({ network: 'signet', amountMsat }),
    expired: signed({ amountMsat, createdAt: now() - 2 * HOUR, expirySeconds: HOUR }),
    amountless: signed({}),
    truncated: good.slice(0, -10),
    oneWrongCharacter: good.slice(0, -1) + (good.endsWith('q') ? 'p' : 'q'),
    mixedCase: good.slice(0, 20) + good.slice(20).toUpperCase(),
  }
}

export type Invoices = ReturnType<typeof makeInvoices>
