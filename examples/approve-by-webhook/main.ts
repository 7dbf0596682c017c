// A wallet that asks above 1,000 sats, and an approver that agrees up to 5,000. Everything runs on a
// simulated network. A server reads the webhook from its owner's signed policy, where it must be https;
// a program that uses the wallet as a library says it here.
import assert from 'node:assert/strict'
import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { Secret, satToMsat } from '@lightning-mcp/core'
import { createWallet, generateOwnerKey, openSqliteStore } from '@lightning-mcp/wallet'
import { startApprover } from './approver.ts'

const secret = 'shared by wallet and approver'
const key = generateOwnerKey()
const asked: string[] = []
const approver = await startApprover({
  secret,
  key,
  decide({ subject: { amountMsat, destination } }) {
    asked.push(`${BigInt(amountMsat) / 1000n} sats to ${destination.slice(0, 12)}…`)
    return BigInt(amountMsat) <= satToMsat(5_000n) ? 'approve' : 'deny'
  },
})

const network = createSimulatedNetwork({ seed: 'example' })
const backend = network.wallet('alice')
const wallet = createWallet({
  backend,
  store: openSqliteStore({ path: ':memory:' }),
  limits: { approveAboveMsat: satToMsat(1_000n) },
  approvals: {
    webhookSecret: new Secret(secret),
    rules: { webhook: { url: approver.url, key: key.publicKey } },
  },
  // only because this approver is on the same machine
  allowLoopbackHttp: true,
})
await wallet.start()

async function pay(sats: bigint): Promise<string> {
  const { invoice } = await backend.controls.createTestInvoice({ amountMsat: satToMsat(sats) })
  const { state } = await wallet.pay({ destination: invoice, waitSeconds: 20 })
  return state
}

assert.equal(await pay(900n), 'settled')
assert.deepEqual(asked, [], 'a small payment asks nobody')
assert.equal(await pay(3_000n), 'settled')
assert.equal(await pay(8_000n), 'denied')
assert.equal(asked.length, 2)

await wallet.stop()
network.close()
approver.close()
console.log(`ok: asked for ${asked.join(' and ')}; one was approved, one denied`)
