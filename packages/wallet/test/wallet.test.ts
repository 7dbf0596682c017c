import { createSimulatedNetwork, createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { LightningError, type LightningEvent, msat } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createWallet } from '../src/create-wallet.ts'
import type { PaymentProgress } from '../src/wallet.ts'
import type { WalletOptions } from '../src/wallet-options.ts'
import { FakeService } from './support/fake-service.ts'
import { newDatabase, openFreshStore, openStore } from './support/stores.ts'
import { temporaryFolder, World } from './support/world.ts'

async function onSimulator(options: Partial<WalletOptions> = {}) {
  const network = createSimulatedNetwork()
  const backend = network.wallet('alice')
  const wallet = createWallet({ backend, store: openFreshStore(), ...options })
  await wallet.start()
  onTestFinished(async () => {
    await wallet.stop()
    network.close()
  })
  const invoice = async (amountMsat = 50_000n, memo = 'coffee') =>
    (await backend.controls.createTestInvoice({ amountMsat: msat(amountMsat), memo })).invoice
  return { network, backend, wallet, invoice }
}

describe('on the simulator', () => {
  test('pays, and tells what became of it', async () => {
    const { wallet, invoice } = await onSimulator()
    const before = await wallet.getBalance()
    const progress: PaymentProgress[] = []
    const paid = await wallet.pay({
      destination: await invoice(),
      memo: 'morning\u0000',
      onProgress: (step) => progress.push(step),
    })
    expect(paid).toMatchObject({
      state: 'settled',
      amountMsat: 50_000n,
      memo: 'morning',
      description: 'coffee',
    })
    expect(progress.at(-1)?.state).toBe('settled')
    const { spendableMsat } = await wallet.getBalance()
    expect(before.spendableMsat - spendableMsat).toBe(50_000n + paid.feeMsat!)
    expect(await wallet.getPayment({ paymentId: paid.paymentId })).toMatchObject({ preimage: paid.preimage })
    expect(await wallet.getPayment({ paymentHash: paid.paymentHash! })).toMatchObject({ state: 'settled' })
  })

  test('is paid, and a waiter is told', async () => {
    const { wallet, backend } = await onSimulator()
    const made = await wallet.createInvoice({ amountMsat: msat(7_000n), expirySeconds: 600 })
    const waiting = wallet.waitForPayment({ paymentHash: made.paymentHash, waitSeconds: 20 })
    await backend.controls.payTestInvoice({ invoice: made.invoice! })
    expect((await waiting).invoice).toMatchObject({ status: 'settled', receivedMsat: 7_000n })
  })

  test('a held payment is pending until the recipient decides', async () => {
    const { network, wallet, invoice } = await onSimulator()
    network.holdNextHtlc()
    const pending = await wallet.pay({ destination: await invoice(), waitSeconds: 0.05 })
    expect(pending).toMatchObject({ state: 'dispatched', outcome: 'pending' })
    const waiting = wallet.waitForPayment({ paymentId: pending.paymentId, waitSeconds: 20 })
    network.releaseHeldHtlcs('forward')
    expect((await waiting).payment).toMatchObject({ state: 'settled' })
  })

  test('a failed payment releases what it held', async () => {
    const { network, wallet, invoice } = await onSimulator()
    const destination = await invoice()
    network.setPeerOnline('shop', false)
    expect(await wallet.pay({ destination })).toMatchObject({ state: 'failed', retry: 'same-call' })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    network.setPeerOnline('shop', true)
    expect(await wallet.pay({ destination })).toMatchObject({ state: 'settled', attempt: 2 })
  })

  test('the history has our ids, memos and what is unknown', async () => {
    const { network, wallet, invoice } = await onSimulator()
    const paid = await wallet.pay({ destination: await invoice(), memo: 'one' })
    network.holdNextHtlc()
    await wallet.pay({ destination: await invoice(), memo: 'two', waitSeconds: 0.05 })
    await wallet.createInvoice({ amountMsat: msat(1_000n), expirySeconds: 60 })
    const { items } = await wallet.listPayments({ limit: 10, direction: 'outgoing' })
    expect(items.map(({ status, memo }) => [status, memo])).toEqual([
      ['pending', 'two'],
      ['settled', 'one'],
    ])
    expect(items[1]?.paymentId).toBe(paid.paymentId)
    expect((await wallet.listPayments({ limit: 10 })).items).toHaveLength(3)
    const first = await wallet.listPayments({ limit: 2 })
    const rest = await wallet.listPayments({ limit: 2, cursor: first.nextCursor! })
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(
      (await wallet.listPayments({ limit: 10 })).items.map(({ id }) => id),
    )
  })

  test('previews what a payment would be, and sends nothing', async () => {
    const { wallet, invoice } = await onSimulator()
    const destination = await invoice(5_000_000n)
    const preview = await wallet.preview({ destination })
    expect(preview).toMatchObject({
      kind: 'bolt11',
      amountMsat: 5_000_000n,
      description: 'coffee',
      network: 'regtest',
      maxFeeMsat: 50_000n,
      affordable: true,
      estimateMethod: 'graph',
      verdict: { allowed: true },
    })
    const { feeMsat, paymentId } = await wallet.pay({ destination })
    expect(preview.estimatedFeeMsat).toBe(feeMsat)
    expect(await wallet.preview({ destination })).toMatchObject({ earlier: { paymentId, state: 'settled' } })
  })

  test('watching begins with a gap and then tells of payments', async () => {
    const { wallet, invoice } = await onSimulator()
    const stop = new AbortController()
    const events = wallet.watch({ signal: stop.signal })[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual({ type: 'gap' })
    // live by now, although nobody has asked for the next event yet
    await wallet.pay({ destination: await invoice() })
    const seen: LightningEvent[] = [(await events.next()).value]
    expect(seen[0]?.type).toMatch(/^payment-/)
    stop.abort()
    expect(await events.next()).toMatchObject({ done: true })
  })

  test('who leaves a watch waits for no event', async () => {
    const { wallet } = await onSimulator()
    for await (const event of wallet.watch()) {
      expect(event.type).toBe('gap')
      break
    }
  })

  test('starting again on the same file knows what was paid', async () => {
    const network = createSimulatedNetwork()
    const path = newDatabase(temporaryFolder())
    const open = () => createWallet({ backend: network.wallet('alice'), store: openStore(path) })
    const first = open()
    await first.start()
    const { invoice } = await network.wallet('alice').controls.createTestInvoice({ amountMsat: msat(9_000n) })
    const paid = await first.pay({ destination: invoice })
    await first.stop()
    const second = open()
    expect(await second.pay({ destination: invoice })).toMatchObject({
      paymentId: paid.paymentId,
      preimage: paid.preimage,
      replayed: true,
    })
    await second.stop()
    network.close()
  })
})

describe('preview', () => {
  test.each([
    ['an expired invoice', { make: { nowMs: 1_700_000_000_000 } }, 'invoice_expired'],
    ['another network', { make: { network: 'mainnet' as const } }, 'wrong_network'],
    ['no amount', { make: { amountMsat: null } }, 'amount_required'],
    ['two amounts', { amountMsat: msat(1n) }, 'amount_not_allowed'],
    ['too much', { make: { amountMsat: 10_000_001n } }, 'budget_exceeded'],
    ['too large a fee', { maxFeeMsat: msat(99_999_999n) }, 'budget_exceeded'],
    [
      'an amount below what the recipient takes',
      { destination: 'bob@example.com', amountMsat: msat(1n) },
      'invalid_request',
    ],
  ])('says why not: %s', async (_, given, code) => {
    const { make, ...request } = { make: {}, ...(given as object) }
    const world = new World()
    const { wallet, store } = await world.start({ resolver: new FakeService(world) })
    const preview = await wallet.preview({ destination: world.invoice(make).invoice, ...request })
    expect(preview.verdict).toMatchObject({ allowed: false, code })
    expect(await store.read((reader) => reader.decisions('default', 9))).toEqual([])
    expect(world.node.requests).toEqual([])
  })

  test('of an address shows its terms, cleaned', async () => {
    const world = new World()
    const service = new FakeService(world)
    const { wallet } = await world.start({ resolver: service })
    expect(await wallet.preview({ destination: 'bob@example.com', amountMsat: msat(5_000n) })).toMatchObject({
      kind: 'lightning-address',
      description: 'Pay Bob',
      minMsat: 1_000n,
      maxMsat: 9_000_000n,
      verdict: { allowed: true },
    })
    expect(service.minted).toEqual([])
  })

  test('more than there is is not affordable', async () => {
    const world = new World()
    const { wallet } = await world.start({
      limits: { maxPaymentMsat: msat(10n ** 12n), maxPerDayMsat: msat(10n ** 12n) },
    })
    const { invoice } = world.invoice({ amountMsat: 100_000_000n })
    expect(await wallet.preview({ destination: invoice })).toMatchObject({
      affordable: false,
      verdict: { allowed: true },
    })
  })
})

describe('with the node down', () => {
  const gone = new LightningError({ code: 'unavailable', message: 'connection refused' })

  test('it starts, and declares what it could do', async () => {
    const world = new World()
    world.node.down = gone
    const { wallet } = await world.start()
    expect(wallet.capabilities.payInvoice).toBe('native')
    await expect(wallet.getBalance()).rejects.toMatchObject({ code: 'unavailable', hint: expect.any(String) })
    await expect(wallet.getDetails()).rejects.toMatchObject({ code: 'unavailable' })
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(world.node.requests).toEqual([])
  })

  test('it connects again by itself', async () => {
    const world = new World()
    world.node.down = gone
    const { wallet } = await world.start()
    world.node.down = undefined
    await world.clock.advance(10_000)
    expect(await wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })
    expect(await wallet.getDetails()).toMatchObject({ online: true })
  })

  test('it tells what the node said last, also after a restart', async () => {
    const world = new World()
    const first = await world.start()
    await first.wallet.getDetails()
    await first.wallet.stop()
    world.node.down = gone
    const { wallet } = await world.start()
    expect(await wallet.getDetails()).toMatchObject({
      online: false,
      profile: { identity: { id: 'node-a' } },
      node: { network: 'regtest' },
    })
  })

  test('what was paid is still told', async () => {
    const world = new World()
    const first = await world.start()
    const { invoice } = world.invoice()
    const paid = await first.wallet.pay({ destination: invoice, idempotencyKey: 'k' })
    await first.wallet.stop()
    world.node.down = gone
    const { wallet } = await world.start()
    const again = await wallet.pay({ destination: invoice, idempotencyKey: 'k' })
    expect(again).toMatchObject({ paymentId: paid.paymentId, replayed: true })
    expect(await wallet.getPayment({ paymentId: paid.paymentId })).toMatchObject({ state: 'settled' })
  })

  test('another wallet behind the same address is refused', async () => {
    const world = new World()
    const { wallet } = await world.start()
    await wallet.getBalance()
    world.node.down = gone
    await expect(wallet.getBalance()).rejects.toMatchObject({ code: 'unavailable' })
    world.node.down = undefined
    world.node.profile = { ...world.node.profile, identity: { kind: 'fake', network: 'regtest', id: 'eve' } }
    await world.clock.advance(10_000)
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    expect(world.node.requests).toEqual([])
  })
})

describe('waiting', () => {
  test('an unknown id is not found, an unknown hash is nothing', async () => {
    const world = new World()
    const { wallet } = await world.start()
    const paymentId = 'pay_01M82GM1WWA5NNF5NV5E6B2607' as never
    expect(await wallet.getPayment({ paymentId })).toBeUndefined()
    expect(await wallet.waitForPayment({ paymentId, waitSeconds: 5 })).toEqual({})
    const { paymentHash } = world.invoice()
    expect(await wallet.waitForPayment({ paymentHash, waitSeconds: 5 })).toEqual({})
  })

  test('the node is asked at a growing pace', async () => {
    const world = new World()
    world.node.script = { do: 'pending' }
    const { wallet } = await world.start()
    const { paymentId } = await wallet.pay({ destination: world.invoice().invoice, waitSeconds: 0 })
    const waiting = wallet.waitForPayment({ paymentId, waitSeconds: 60 })
    await world.clock.advance(60_000)
    expect((await waiting).payment).toMatchObject({ state: 'dispatched' })
    expect(world.node.lookups.length).toBeGreaterThan(10)
    expect(world.node.lookups.length).toBeLessThan(40)
  })

  test('no call outlasts a minute', async () => {
    const world = new World()
    world.node.script = { do: 'pending' }
    const { wallet } = await world.start()
    let over = false
    const call = wallet.pay({ destination: world.invoice().invoice, waitSeconds: 1e9 }).then(() => {
      over = true
    })
    await world.clock.advance(59_000)
    expect(over).toBe(false)
    await world.clock.advance(1_000)
    await call
  })
})

test('errors of the backend get a next step, secrets stay out', async () => {
  const backend = createSimulatorBackend()
  const wallet = createWallet({
    backend: {
      ...backend,
      getBalance: async () => {
        throw new TypeError('macaroon 0201036c6e64')
      },
    },
    store: openFreshStore(),
  })
  onTestFinished(() => wallet.stop())
  const error: LightningError = await wallet.getBalance().then(
    () => expect.fail('it answered'),
    (fault) => fault,
  )
  expect(LightningError.is(error)).toBe(true)
  expect(error.hint).toBeDefined()
  expect(error.message).not.toContain('macaroon')
})
