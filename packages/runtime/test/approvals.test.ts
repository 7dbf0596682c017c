import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@lightning-mcp/config'
import {
  createOwner,
  decideApproval,
  generateOwnerKey,
  installPolicy,
  listApprovals,
  openSqliteStore,
  signDocument,
} from '@lightning-mcp/wallet'
import { expect, it, onTestFinished } from 'vitest'
import { createLog, openRuntime } from '../src/index.ts'
import { temporaryFolder } from './support/runtime-of.ts'

/** A simulated wallet with an owner, whose signed policy says what waits for the owner. */
async function owned(approvals: object, env: Record<string, string> = {}) {
  const home = temporaryFolder()
  const folder = join(home, 'data')
  mkdirSync(folder)
  const key = await createOwner({ folder: join(home, 'owner'), passphrase: 'five words of a test' })
  const policy = { version: 1, server: { approveAboveSats: 100 }, approvals }
  await installPolicy({ folder, text: JSON.stringify(policy), key })
  const config = await loadConfig({
    argv: ['--backend', 'simulator', '--data-dir', 'data', '--owner-dir', 'owner'],
    env: { HOME: home, ...env },
    cwd: home,
    app: 'stdio',
  })
  const lines: string[] = []
  const log = createLog({ level: 'warn', write: (line) => lines.push(line) })
  const runtime = await openRuntime(config, { log, version: '0.0.0' })
  onTestFinished(() => runtime.close())
  const context = { signal: new AbortController().signal, onProgress: undefined }
  const call = async (name: string, args: object) =>
    (await runtime.face.callTool(name, args, context))?.data ?? {}
  const { invoice } = await call('create_test_invoice', { amount_sats: 1_000 })
  return { key, folder, lines, runtime, call, invoice }
}

it('the owner approves beside a running server, by its policy and key', async () => {
  const { key, folder, call, invoice } = await owned({ expiresMinutes: 5 })
  const before = Date.now()
  const asked = await call('pay_invoice', { invoice, wait_seconds: 0 })
  expect(asked).toMatchObject({ status: 'awaiting_approval' })
  const expiresAtMs = Date.parse(String(asked['expires_at']))
  expect(expiresAtMs).toBeGreaterThan(before + 290_000)
  expect(expiresAtMs).toBeLessThanOrEqual(Date.now() + 300_000)

  const store = openSqliteStore({ path: join(folder, 'wallet.sqlite') })
  onTestFinished(() => store.close())
  const [approval] = await listApprovals(store, { states: ['pending'] })
  expect(approval?.approvalId).toBe(asked['approval_id'])
  await decideApproval(store, {
    approvalId: String(asked['approval_id']),
    decision: 'approve',
    sign: (document) => signDocument('approval-decision', document, key),
  })
  expect(await call('wait_for_payment', { approval_id: asked['approval_id'] })).toMatchObject({
    status: 'settled',
  })
})

it('the client’s user may be asked up to the amount of the policy', async () => {
  const { runtime, invoice } = await owned({ elicitUpToSats: 1_000 })
  const paid = await runtime.wallet.pay({ destination: String(invoice), waitSeconds: 0 })
  expect(paid.approval?.mayElicit).toBe(true)
})

it('a webhook without a secret is told to the operator, and asks nobody', async () => {
  const webhook = { url: 'https://127.0.0.1:1/approve', key: generateOwnerKey().publicKey }
  const { call, invoice, lines } = await owned({ webhook })
  await call('pay_invoice', { invoice, wait_seconds: 0 })
  await expect.poll(() => lines.join(), { timeout: 60_000 }).toContain('webhookSecret')
})

it('a webhook is called with the secret of the settings', async () => {
  const webhook = { url: 'https://127.0.0.1:1/approve', key: generateOwnerKey().publicKey }
  const { call, invoice, lines } = await owned(
    { webhook },
    { LIGHTNING_MCP_WEBHOOK_SECRET: 'a secret of sixteen or more' },
  )
  await call('pay_invoice', { invoice, wait_seconds: 0 })
  await expect.poll(() => lines.join(), { timeout: 60_000 }).toContain('could not be reached')
  expect(lines.join()).not.toContain('a secret of sixteen')
})
