import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { msat, preimage } from '@lightning-mcp/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulatedNetwork, createSimulatorBackend } from '../src/index.ts'
import { hashOf } from '../src/invoices/create-invoice.ts'

let folder: string
let stateFile: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'))
  stateFile = join(folder, 'deep', 'network.sqlite')
})

afterEach(() => rmSync(folder, { recursive: true }))

test('a network opened again is the same network', async () => {
  const first = createSimulatedNetwork({ stateFile })
  const alice = first.wallet('alice')
  const { invoice } = await alice.controls.createTestInvoice({ amountMsat: msat(12_345n), memo: 'kept' })
  const payment = await alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  await alice.createInvoice({ amountMsat: msat(1000n), expirySeconds: 600 })
  await alice.channels!.open!({
    peer: first.nodes.find(({ name }) => name === 'bob')!.nodeId,
    capacitySat: 100_000n as never,
  })
  const look = async (network: typeof first) => ({
    nodes: network.nodes,
    balance: await network.wallet('alice').getBalance(),
    history: await network.wallet('alice').listTransactions({ limit: 10 }),
    channels: await network.wallet('alice').channels!.listPending!({}),
    payment: await network.wallet('alice').lookupPayment(payment),
    audit: network.audit(),
  })
  const before = await look(first)
  first.close()
  const second = createSimulatedNetwork({ stateFile })
  expect(await look(second)).toEqual(before)
  // the next invoice is a new one
  const fresh = await second.wallet('shop').createInvoice({ expirySeconds: 60 })
  expect(await second.wallet('shop').lookupInvoice(fresh)).toMatchObject({ status: 'open' })
  second.close()
})

test('an HTLC in flight is still there and settles after reopening', async () => {
  const secret = preimage(randomBytes(32).toString('hex'))
  const first = createSimulatedNetwork({ stateFile })
  const held = await first.wallet('shop').hold!.create({
    paymentHash: hashOf(secret),
    amountMsat: msat(70_000n),
    expirySeconds: 3600,
  })
  const paying = first.wallet('alice').payInvoice({ invoice: held.invoice!, maxFeeMsat: msat(10_000n) })
  first.close()
  expect(await paying).toMatchObject({ status: 'pending' })
  const second = createSimulatedNetwork({ stateFile })
  expect(second.audit().inHtlcsMsat).toBeGreaterThan(140_000n)
  await second.wallet('shop').hold!.settle({ preimage: secret })
  expect(await second.wallet('alice').lookupPayment(held)).toMatchObject({
    status: 'settled',
    preimage: secret,
    feeMsat: 1007n,
  })
  second.close()
})

test('a payment interrupted between two hops goes on after reopening', async () => {
  const first = createSimulatedNetwork({ stateFile, latencyMs: 60_000 })
  const alice = first.wallet('alice')
  const { invoice, paymentHash } = await alice.controls.createTestInvoice({ amountMsat: msat(5000n) })
  const paying = alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  first.close()
  expect(await paying).toMatchObject({ status: 'pending' })
  const second = createSimulatedNetwork({ stateFile })
  expect(await second.wallet('alice').lookupPayment({ paymentHash })).toMatchObject({ status: 'settled' })
  second.close()
})

test('a file that is open is refused, and free once it is closed', async () => {
  const first = createSimulatedNetwork({ stateFile })
  expect(() => createSimulatedNetwork({ stateFile })).toThrow('another process has this simulated network')
  first.close()
  createSimulatedNetwork({ stateFile }).close()
})

test('another seed than the one of the file is refused', () => {
  createSimulatedNetwork({ stateFile, seed: 'one' }).close()
  expect(() => createSimulatedNetwork({ stateFile, seed: 'two' })).toThrow('made from another seed')
  createSimulatedNetwork({ stateFile, seed: 'one' }).close()
})

test('a file that is no network is refused by name', async () => {
  const damaged = join(folder, 'damaged.sqlite')
  writeFileSync(damaged, 'not a database, but long enough to be taken for one '.repeat(40))
  const backend = createSimulatorBackend({ stateFile: damaged })
  await expect(backend.connect()).rejects.toMatchObject({ code: 'invalid_request' })
  await backend.close()
})

test.skipIf(process.platform === 'win32')('the file is readable by its owner alone', () => {
  createSimulatedNetwork({ stateFile }).close()
  expect(statSync(stateFile).mode & 0o777).toBe(0o600)
})

test('a wallet with a file of its own closes it', async () => {
  const backend = createSimulatorBackend({ stateFile })
  const { identity } = await backend.connect()
  await backend.close()
  await backend.close()
  await expect(backend.getInfo()).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
  const again = createSimulatorBackend({ stateFile })
  expect((await again.connect()).identity).toEqual(identity)
  await again.close()
})
