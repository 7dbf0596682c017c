import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LightningBackend, type LightningEvent, msat, preimage } from '@lightning-mcp/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backendModule, connectSimulatedNetwork, createSimulatorBackend } from '../src/index.ts'
import { hashOf } from '../src/invoices/create-invoice.ts'
import { type StartedProcess, startProcess } from './start-process.ts'

let folder: string
let socketPath: string
let stateFile: string
let open: (StartedProcess | LightningBackend)[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'))
  socketPath = join(folder, 'network.sock')
  stateFile = join(folder, 'network.sqlite')
  open = []
})

afterEach(async () => {
  for (const one of open) await ('kill' in one ? one.kill() : one.close())
  await rm(folder, { recursive: true })
})

const start = (script: string, ...args: string[]): StartedProcess => {
  const started = startProcess(script, ...args)
  open.push(started)
  return started
}

async function startNetwork(): Promise<StartedProcess> {
  const network = start('../src/network-process.ts', '--socket', socketPath, '--state', stateFile)
  expect(await network.line()).toMatchObject({ ready: true, socketPath })
  return network
}

const walletOf = (node: string): ReturnType<typeof createSimulatorBackend> => {
  const wallet = createSimulatorBackend({ socketPath, node })
  open.push(wallet)
  return wallet
}

async function nextEvent(wallet: LightningBackend, type: LightningEvent['type']): Promise<LightningEvent> {
  for await (const event of wallet.watch({ types: [type] })) if (event.type === type) return event
  throw new Error('the stream ended')
}

/** A hold invoice of the shop: keeps a payment in flight for as long as a test wants. */
async function holdInvoice(shop: LightningBackend) {
  const secret = preimage(randomBytes(32).toString('hex'))
  const { invoice, paymentHash } = await shop.hold!.create({
    paymentHash: hashOf(secret),
    amountMsat: msat(40_000n),
    expirySeconds: 3600,
  })
  return { secret, paymentHash, invoice: invoice! }
}

test('an HTLC in flight outlives a network process killed with SIGKILL', async () => {
  const network = await startNetwork()
  const [alice, shop] = [walletOf('alice'), walletOf('shop')]
  const held = await holdInvoice(shop)
  const accepted = nextEvent(shop, 'invoice-accepted')
  await shop.getInfo()
  const paying = alice.payInvoice({ invoice: held.invoice, maxFeeMsat: msat(10_000n) })
  await accepted
  await network.kill()
  expect(await paying).toMatchObject({ status: 'unknown', paymentHash: held.paymentHash })
  await expect(alice.getBalance()).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
  await startNetwork()
  expect(await alice.lookupPayment(held)).toMatchObject({ status: 'pending' })
  expect(await alice.getBalance()).toMatchObject({ pendingOutgoingMsat: 41_004n })
  await shop.hold!.settle({ preimage: held.secret })
  expect(await alice.lookupPayment(held)).toMatchObject({ status: 'settled', feeMsat: 1004n })
})

test('a payment goes on when its wallet is killed in the middle', async () => {
  await startNetwork()
  const [alice, shop] = [walletOf('alice'), walletOf('shop')]
  const held = await holdInvoice(shop)
  const accepted = nextEvent(shop, 'invoice-accepted')
  await shop.getInfo()
  const payer = start('./fixtures/paying-wallet.ts', socketPath, held.invoice)
  await accepted
  await payer.kill()
  expect(await alice.lookupPayment(held)).toMatchObject({ status: 'pending' })
  await expect(alice.payInvoice({ invoice: held.invoice, maxFeeMsat: msat(10_000n) })).rejects.toMatchObject({
    code: 'in_progress',
  })
  await shop.hold!.settle({ preimage: held.secret })
  expect(await alice.lookupPayment(held)).toMatchObject({ status: 'settled' })
  expect(await shop.lookupInvoice(held)).toMatchObject({ status: 'settled', receivedMsat: 40_000n })
})

test('a second process on the same file is refused in plain words', async () => {
  await startNetwork()
  const second = start('../src/network-process.ts', '--socket', `${socketPath}2`, '--state', stateFile)
  const { code, stderr } = await second.ended()
  expect(code).toBe(1)
  expect(stderr).toContain('another process has this simulated network open')
})

test('a socket that a killed process left behind is taken over, a live one is not', async () => {
  const network = await startNetwork()
  const second = start('../src/network-process.ts', '--socket', socketPath)
  expect((await second.ended()).stderr).toContain('another process has it')
  await network.kill()
  await startNetwork()
  expect(await walletOf('bob').getInfo()).toMatchObject({ network: 'regtest' })
})

test('SIGTERM ends the network process by itself', async () => {
  const network = await startNetwork()
  await walletOf('alice').getInfo()
  await network.kill('SIGTERM')
  expect((await network.ended()).code).toBe(0)
})

test('a network can be controlled from another process', async () => {
  await startNetwork()
  const network = await connectSimulatedNetwork({ socketPath })
  const alice = walletOf('alice')
  await network.holdNextHtlc({ node: 'shop' })
  const { invoice, paymentHash } = await alice.controls.createTestInvoice({ amountMsat: msat(2000n) })
  const paying = alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  // one connection, so the payment was taken up before this
  expect(await alice.lookupPayment({ paymentHash })).toMatchObject({ status: 'pending' })
  expect((await network.audit()).inHtlcsMsat).toBeGreaterThan(0n)
  expect(await network.releaseHeldHtlcs('forward')).toBe(1)
  expect(await paying).toMatchObject({ status: 'settled' })
  expect(await network.mineBlocks(3)).toBe((await alice.getInfo()).blockHeight)
  network.close()
})

test('wallets of two processes share the network of one data folder, and it outlives the first', async () => {
  const first = start('./fixtures/folder-wallet.ts', folder)
  const { id } = await first.line()
  const alice = (await backendModule.createBackend({}, { dataDir: folder })) as ReturnType<typeof walletOf>
  open.push(alice)
  expect((await alice.connect()).identity.id).toBe(id)
  const gap = nextEvent(alice, 'gap')
  const { invoice } = await alice.controls.createTestInvoice({ amountMsat: msat(3000n) })
  const payment = await alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  expect(payment).toMatchObject({ status: 'settled' })
  await first.kill()
  await gap
  expect((await alice.connect()).identity.id).toBe(id)
  expect(await alice.lookupPayment(payment)).toEqual(payment)
  // and now this process runs it for others
  const third = start('./fixtures/folder-wallet.ts', folder)
  expect(await third.line()).toEqual({ id })
})
