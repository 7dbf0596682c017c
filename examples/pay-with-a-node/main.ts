// The programs of two READMEs, on nodes that are none: fakes made from replies of the real ones. A node of
// yours takes their place with its address and its rune or password.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeInvoice } from '@lightning-mcp/codec'
import { satToMsat } from '@lightning-mcp/core'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'
import { payWithCoreLightning } from './core-lightning.ts'
import { payWithEclair } from './eclair.ts'

const folder = await mkdtemp(join(tmpdir(), 'pay-with-a-node-'))
const file = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, content, { mode: 0o600 })
  return path
}

const cln = await startFakeCln({ rest: true })
// its recipient takes every payment that it is sent, as a dishonest one would
const eclair = await startFakeEclair({ takesSecondPayments: true })
/** An invoice of somebody behind the node. */
const invoiceFor = async ({ network }: typeof cln | typeof eclair, sats: bigint): Promise<string> => {
  const { invoice } = await network.wallet('shop').createInvoice({
    amountMsat: satToMsat(sats),
    description: 'a cup of coffee',
    expirySeconds: 600,
  })
  assert.ok(invoice)
  return invoice
}

assert.ok(cln.rest)
const coreLightning = {
  url: cln.rest.url,
  // as docs/backends/cln.md has it, for paying
  runeFile: await file('agent.rune', cln.rest.rune),
  caFile: await file('ca.pem', cln.rest.ca),
}
const coffee = await invoiceFor(cln, 1_000n)
assert.equal((await payWithCoreLightning(coreLightning, coffee)).status, 'settled')
await assert.rejects(payWithCoreLightning(coreLightning, coffee), { code: 'already_paid' })

const node = { url: eclair.url, passwordFile: await file('eclair-password', eclair.password) }
const sent = join(folder, 'sent')
const tea = await invoiceFor(eclair, 1_000n)
assert.equal((await payWithEclair(node, sent, tea)).status, 'settled')
// Eclair itself pays again when it is asked, and here its records are gone: the guard still knows
eclair.faults.spoilNext('empty-list', (method) => method === 'getsentinfo')
await assert.rejects(payWithEclair(node, sent, tea), { code: 'already_paid' })
assert.equal(eclair.takenAgain(decodeInvoice(tea).paymentHash), 0n)

await cln.close()
await eclair.close()
await rm(folder, { recursive: true })
console.log('ok: paid one invoice with Core Lightning and one with Eclair, each once')
