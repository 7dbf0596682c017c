import { type LightningBackend, LightningError, msat } from '@lightning-mcp/core'
import type { AnswerFault, FakeCln } from '@lightning-mcp/fake-cln'
import { afterEach, describe, expect, test } from 'vitest'
import { createClnBackend } from '../src/index.ts'
import { type ClnWorld, openClnWorld } from './harness/cln-stage.ts'

const ENOUGH = { maxFeeMsat: msat(1_000_000n) }
const AMOUNT_MSAT = msat(21_000n)

const TRANSPORTS = {
  socket: ({ socketPath, node }: FakeCln) =>
    createClnBackend({ socket: socketPath }, { clock: () => node.clock.now() }),
  clnrest: ({ rest, node }: FakeCln) =>
    createClnBackend({ url: rest!.url, ca: rest!.ca, rune: rest!.rune }, { clock: () => node.clock.now() }),
} as const
type Transport = keyof typeof TRANSPORTS
const BOTH = Object.keys(TRANSPORTS) as Transport[]

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function open(transport: Transport): Promise<{ world: ClnWorld; backend: LightningBackend }> {
  const world = await openClnWorld({ rest: true })
  closing.push(() => world.stage.close())
  const backend = TRANSPORTS[transport](world.fake)
  closing.push(() => backend.close())
  await backend.connect()
  return { world, backend }
}

describe.each(BOTH)('over %s an answer that is none', (transport) => {
  const SPOILT: readonly AnswerFault[] = ['lose', 'garble', 'cut-json', 'huge', 'html']

  test.each(SPOILT)('(%s) leaves a read as a named error, and the next one works', async (fault) => {
    const { world, backend } = await open(transport)
    world.fake.faults.arm(fault, { methods: ['getinfo'] })
    const error = await backend.getInfo().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(LightningError.is(error), String(error)).toBe(true)
    expect(['unavailable', 'protocol_error']).toContain((error as LightningError).code)
    expect((error as LightningError).message.length).toBeLessThan(500)
    expect((await backend.getInfo()).network).toBe('regtest')
  })

  test.each(SPOILT)('(%s) to a payment is never a failure, and it is paid once', async (fault) => {
    const { world, backend } = await open(transport)
    const { counterparty } = world.stage
    const { invoice, paymentHash } = await counterparty.createInvoice({ amountMsat: AMOUNT_MSAT })
    world.fake.faults.arm(fault, { methods: ['xpay'] })
    const payment = await backend.payInvoice({ invoice, ...ENOUGH })
    expect(['settled', 'pending', 'unknown']).toContain(payment.status)
    expect(await backend.lookupPayment({ paymentHash })).toMatchObject({ status: 'settled' })
    expect(await counterparty.received!(paymentHash)).toBe(AMOUNT_MSAT)
  })

  test('and drips for ever ends with the call’s signal', async () => {
    const { world, backend } = await open(transport)
    world.fake.faults.arm('drip', { methods: ['getinfo'] })
    const signal = AbortSignal.timeout(200)
    await expect(backend.getInfo({ signal })).rejects.toThrow()
  })
})

describe.each(BOTH)('over %s', (transport) => {
  /** Paid by a call whose connection is lost while its first part is under way. */
  async function lostPayment() {
    const { world, backend } = await open(transport)
    const { invoice, paymentHash } = await world.stage.counterparty.createInvoice({ amountMsat: AMOUNT_MSAT })
    const { failPart, goOn } = world.fake.faults.pauseBetweenParts()
    const paying = backend.payInvoice({ invoice, ...ENOUGH })
    await expect.poll(() => world.fake.node.payments.groups(paymentHash).length).toBe(1)
    await world.fake.faults.cutConnections()
    expect(['pending', 'unknown']).toContain((await paying).status)
    const statusNow = async () => (await backend.lookupPayment({ paymentHash }))?.status
    return { backend, invoice, failPart, goOn, statusNow, advance: world.stage.clock!.advance }
  }

  test('a payment between two tries is not called failed', async () => {
    const { failPart, goOn, statusNow, advance } = await lostPayment()
    await expect.poll(() => statusNow().catch(() => undefined)).toBe('pending')
    failPart()
    await advance(60)
    for (let look = 0; look < 3; look += 1) expect(await statusNow()).not.toBe('failed')
    goOn()
    await expect.poll(statusNow).toBe('settled')
  })

  test('a second call that is refused does not make the first one over', async () => {
    const { backend, invoice, failPart, goOn, statusNow } = await lostPayment()
    await expect.poll(() => statusNow().catch(() => undefined)).toBe('pending')
    const second = await backend.payInvoice({ invoice, ...ENOUGH }).then(
      ({ status }) => status,
      (error: LightningError) => error.code,
    )
    expect(['pending', 'unknown', 'in_progress']).toContain(second)
    failPart()
    for (let look = 0; look < 3; look += 1) expect(await statusNow()).not.toBe('failed')
    goOn()
    await expect.poll(statusNow).toBe('settled')
  })

  test('a part that settles late leaves the fee provisional until it has', async () => {
    const { world, backend } = await open(transport)
    const { payee, amountMsat } = world.stage.multiPart!
    const { invoice, paymentHash } = await payee.createInvoice({ amountMsat })
    world.fake.faults.leavePartsPending(1)
    const payment = await backend.payInvoice({ invoice, maxFeeMsat: msat(10_000_000n) })
    const found = await backend.lookupPayment({ paymentHash })
    for (const told of [payment, found])
      expect(told).toMatchObject({ status: 'settled', feeProvisional: true })
    world.fake.faults.finishParts()
    const settled = await backend.lookupPayment({ paymentHash })
    expect(settled).toMatchObject({ status: 'settled', amountMsat })
    expect(settled?.feeProvisional ?? false).toBe(false)
  })
})

test('a node that is catching up says so', async () => {
  const { world, backend } = await open('socket')
  world.fake.faults.setSyncing(true)
  expect((await backend.getInfo()).syncedToChain).toBe(false)
})

test('a node of another network refuses what this one asks for', async () => {
  const { world } = await open('socket')
  const mainnet = await world.another({ chain: 'bitcoin' })
  const backend = TRANSPORTS.socket(mainnet)
  closing.push(() => backend.close())
  expect((await backend.connect()).identity.network).toBe('mainnet')
  const { invoice } = await world.stage.counterparty.createInvoice({ amountMsat: AMOUNT_MSAT })
  await expect(backend.payInvoice({ invoice, ...ENOUGH })).rejects.toMatchObject({ code: 'wrong_network' })
})
