// The wallet as a library, with everything that its owner decides: a key, a certified ledger, signed
// limits, and an approval. Only the first lines differ with a real node or with PostgreSQL.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { satToMsat } from '@lightning-mcp/core'
import {
  certifyLedger,
  createOwner,
  createWallet,
  decideApproval,
  installPolicy,
  openSqliteStore,
  POLICY_FILE,
  signDocument,
} from '@lightning-mcp/wallet'

const folder = await mkdtemp(join(tmpdir(), 'wallet-with-owner-'))
const ownerDir = join(folder, 'owner')
const backend = createSimulatorBackend()

const passphrase = 'correct horse battery'
const limits = { maxPaymentSats: 5_000, maxPerDaySats: 20_000, approveAboveSats: 2_000 }
const text = JSON.stringify({ version: 1, accounts: { default: limits } })

// the owner, once: a key, this database as the ledger of this node, and signed limits
const key = await createOwner({ folder: ownerDir, passphrase })
const store = openSqliteStore({ path: join(folder, 'wallet.sqlite') })
const { identity } = await backend.connect()
const { ledgerId } = await certifyLedger({ store, identity, key, ownerDir })
await installPolicy({ folder, text, key, ledgerId })
// the program: it needs the public half of the key only
const owner = { publicKey: key.publicKey, required: true }
const wallet = createWallet({ backend, store, owner, policyFile: join(folder, POLICY_FILE) })
await wallet.start()
const invoiceOver = async (sats: bigint): Promise<string> =>
  (await backend.controls.createTestInvoice({ amountMsat: satToMsat(sats) })).invoice

const paid = await wallet.pay({ destination: await invoiceOver(1_000n) })
assert.equal(paid.state, 'settled')

const waiting = await wallet.pay({ destination: await invoiceOver(3_000n), returnAwaitingApproval: true })
assert.equal(waiting.state, 'awaiting_approval')
assert.ok(waiting.approval)
await decideApproval(store, {
  approvalId: waiting.approval.approvalId,
  decision: 'approve',
  sign: (document) => signDocument('approval-decision', document, key),
})
const { payment } = await wallet.waitForPayment({ paymentId: waiting.paymentId, waitSeconds: 20 })
assert.equal(payment?.state, 'settled')

const tooMuch = wallet.pay({ destination: await invoiceOver(5_001n) })
await assert.rejects(tooMuch, { code: 'budget_exceeded' })

await wallet.stop()
await store.close()
await backend.close()
await rm(folder, { recursive: true })
console.log('ok: paid 1000 sats by itself, 3000 sats with approval, and 5001 sats not at all')
