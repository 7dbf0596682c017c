// The same agent over Streamable HTTP: starts `lightning-mcp-http` on a free port of this machine
// and talks to it as a remote client would.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const freePort = await new Promise<number>((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
  })
})
const main = fileURLToPath(new URL('main.ts', import.meta.resolve('lightning-mcp-http')))
const server = spawn(
  process.execPath,
  [
    '--conditions=development',
    '--disable-warning=ExperimentalWarning',
    main,
    '--backend',
    'simulator',
    '--port',
    String(freePort),
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
)
try {
  const url = `http://127.0.0.1:${freePort}`
  const deadline = Date.now() + 30_000
  while (
    !(await fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    assert.ok(Date.now() < deadline && server.exitCode === null, 'the server did not start')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }

  const client = new Client({ name: 'example-agent', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)))
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: args })
    assert.ok(!result.isError, JSON.stringify(result.content))
    return result.structuredContent as Record<string, string | number | boolean>
  }

  const own = await call('create_invoice', { amount_sats: 1_000 })
  await call('pay_test_invoice', { invoice: own.invoice })
  const received = await call('wait_for_payment', { payment_hash: own.payment_hash, wait_seconds: 5 })
  assert.equal(received.status, 'settled')

  const theirs = await call('create_test_invoice', { amount_sats: 250 })
  const [first, second] = await Promise.all([
    call('pay_invoice', { invoice: theirs.invoice }),
    call('pay_invoice', { invoice: theirs.invoice }),
  ])
  assert.equal(first?.payment_id, second?.payment_id)
  await client.close()
  console.log('ok: two parallel calls paid one invoice once')
} finally {
  server.kill('SIGTERM')
}
