// An agent without a language model: starts `lightning-mcp` as any MCP client does, is paid by the
// other side of the simulated network, pays it, and checks that the same call moves nothing twice.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const server = fileURLToPath(new URL('main.ts', import.meta.resolve('lightning-mcp')))
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [
    '--conditions=development',
    '--disable-warning=ExperimentalWarning',
    server,
    '--backend',
    'simulator',
  ],
  stderr: 'ignore',
})
const client = new Client({ name: 'example-agent', version: '1.0.0' })
await client.connect(transport)

const call = async (name: string, args: Record<string, unknown> = {}) => {
  const result = await client.callTool({ name, arguments: args })
  assert.ok(!result.isError, JSON.stringify(result.content))
  return result.structuredContent as Record<string, string | number | boolean>
}
const balance = async () => Number((await call('get_wallet_balance')).balance_sats)

const start = await balance()
const own = await call('create_invoice', { amount_sats: 2_000, memo: 'for the agent' })
await call('pay_test_invoice', { invoice: own.invoice })
assert.equal(await balance(), start + 2_000)

const theirs = await call('create_test_invoice', { amount_sats: 500 })
const paid = await call('pay_invoice', { invoice: theirs.invoice })
assert.equal(paid.status, 'settled')
const left = await balance()

const again = await call('pay_invoice', { invoice: theirs.invoice })
assert.equal(again.replayed, true)
assert.equal(again.payment_id, paid.payment_id)
assert.equal(await balance(), left)

await client.close()
console.log(`ok: received 2000 sats, paid 500 sats for a fee of ${paid.fee_sats} sats, once`)
