/**
 * Runs the bundled stdio server on the lowest Node that the packages say they support, as a user
 * with that version would: an invoice is made and paid, and a restart finds it again; over Core
 * Lightning and Eclair it is paid, and whoever waits is told.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { msat } from '@lightning-mcp/core'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'
import { Client } from '@modelcontextprotocol/client'
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const manifest = JSON.parse(readFileSync(join(root, 'apps/stdio/package.json'), 'utf8')) as {
  engines: { node: string }
}
const floor = `${manifest.engines.node.replace('>=', '')}.0`

/** The lowest Node, from the npm registry, beside the other tools. */
const lowestNode = (): string => {
  const prefix = join(root, '.toolchain', `node-${floor}`)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const node = join(prefix, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(node))
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        prefix,
        '--ignore-scripts',
        '--no-save',
        '--loglevel=error',
        `${name}@${floor}`,
      ],
      { stdio: ['ignore', 2, 2] },
    )
  return node
}

const node = lowestNode()
assert.equal(execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), `v${floor}`)
const dataFolder = mkdtempSync(join(tmpdir(), 'lightning-mcp-lowest-'))

const withServer = async <T>(
  use: (call: Call) => Promise<T>,
  backend = 'simulator',
  env: Readonly<Record<string, string>> = {},
): Promise<T> => {
  const client = new Client({ name: 'lowest-node', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: node,
      args: [
        join(root, 'apps/stdio/dist/main.js'),
        '--backend',
        backend,
        '--data-dir',
        join(dataFolder, backend),
      ],
      env: { ...getDefaultEnvironment(), ...env },
      stderr: 'ignore',
    }),
  )
  try {
    return await use(async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: args })
      assert.ok(!result.isError, JSON.stringify(result.content))
      return result.structuredContent as Record<string, unknown>
    })
  } finally {
    await client.close()
  }
}
type Call = (name: string, args?: Record<string, unknown>) => Promise<Record<string, unknown>>

/** A payment comes in, over whatever the node tells it with. */
const isPaid = async (
  backend: string,
  env: Readonly<Record<string, string>>,
  network: Awaited<ReturnType<typeof startFakeCln>>['network'],
): Promise<void> => {
  await withServer(
    async (call) => {
      const { invoice, payment_hash } = await call('create_invoice', { amount_sats: 2_100 })
      const waiting = call('wait_for_payment', { payment_hash, wait_seconds: 30 })
      const payer = network.wallet('hub')
      await payer.payInvoice({ invoice: String(invoice), maxFeeMsat: msat(0n) })
      assert.equal((await waiting)['status'], 'settled')
    },
    backend,
    env,
  )
}

try {
  const invoice = await withServer(async (call) => {
    const asked = await call('create_test_invoice', { amount_sats: 100 })
    const paid = await call('pay_invoice', { invoice: asked['invoice'] })
    assert.equal(paid['status'], 'settled')
    return asked['invoice']
  })
  const again = await withServer((call) => call('pay_invoice', { invoice }))
  assert.equal(again['replayed'], true)
  const cln = await startFakeCln()
  await isPaid('cln', { CLN_SOCKET: cln.socketPath }, cln.network)
  await cln.close()
  const eclair = await startFakeEclair()
  const { url, password } = eclair
  await isPaid('eclair', { ECLAIR_URL: url, ECLAIR_PASSWORD: password }, eclair.network)
  await eclair.close()
  process.stdout.write(`ok: the bundle pays once on Node ${floor}, also after a restart\n`)
} finally {
  rmSync(dataFolder, { recursive: true, force: true })
}
