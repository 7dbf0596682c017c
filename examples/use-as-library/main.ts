// A program that uses an adapter as a library: no server, no wallet, no MCP. Two wallets of one
// simulated network pay each other; with another `createXBackend` the rest stays as it is.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createSimulatedNetwork, createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { decodeInvoice } from '@lightning-mcp/codec'
import { type LightningBackend, msat, satToMsat } from '@lightning-mcp/core'

const network = createSimulatedNetwork({ seed: 'example' })
const alice: LightningBackend = createSimulatorBackend({ network, node: 'alice' })
const shop: LightningBackend = createSimulatorBackend({ network, node: 'shop' })
await alice.connect()
await shop.connect()

const asked = await shop.createInvoice({
  amountMsat: satToMsat(1_500n),
  description: 'a cup of coffee',
  expirySeconds: 600,
})
assert.ok(asked.invoice)
const invoice = decodeInvoice(asked.invoice)
assert.equal(invoice.amountMsat, 1_500_000n)

const before = await alice.getBalance()
const payment = await alice.payInvoice({ invoice: asked.invoice, maxFeeMsat: msat(20_000n) })
assert.equal(payment.status, 'settled')
assert.ok(payment.preimage && payment.feeMsat !== undefined)
assert.equal(createHash('sha256').update(payment.preimage, 'hex').digest('hex'), invoice.paymentHash)

const after = await alice.getBalance()
assert.equal(before.spendableMsat - after.spendableMsat, 1_500_000n + payment.feeMsat)
const received = await shop.lookupInvoice({ paymentHash: invoice.paymentHash })
assert.equal(received?.status, 'settled')

await alice.close()
await shop.close()
console.log(`ok: paid 1500 sats for a fee of ${payment.feeMsat} msat`)
