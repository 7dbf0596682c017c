import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { createAccount } from '../../src/accounts/create-account.ts'
import { newId } from '../../src/payment-id.ts'
import { QUOTE_TTL_MS } from '../../src/quotes/quote.ts'
import { MAX_QUOTES } from '../../src/store/quote-queries.ts'
import type { PaymentRequest, Wallet } from '../../src/wallet.ts'
import { ASKS, approvalOf, decide } from '../approvals/support.ts'
import { FakeService } from '../support/fake-service.ts'
import { World } from '../support/world.ts'

const BOB = 'bob@example.com'
const bob = { destination: BOB, amountMsat: msat(5_000n) }

async function quoteOf(wallet: Wallet, request: PaymentRequest): Promise<string> {
  const { quoteId, verdict } = await wallet.preview(request)
  if (quoteId === undefined) throw new Error(`no quote: ${verdict.code}`)
  return quoteId
}

/** A wallet that can pay invoices and addresses. */
async function start(world = new World({ memory: true }), options: Parameters<World['start']>[0] = {}) {
  const service = new FakeService(world)
  if (options.account !== undefined) {
    const { store } = world.open()
    await createAccount(store, { name: options.account, kind: 'own', identity: world.node.profile.identity })
  }
  return { world, service, ...(await world.start({ resolver: service, ...options })) }
}

describe('a quote', () => {
  it('is paid as previewed, for at most the quoted fee', async () => {
    const { world, wallet } = await start()
    const { invoice } = world.invoice()
    const quoteId = await quoteOf(wallet, { destination: invoice, maxFeeMsat: msat(7_000n) })
    const paid = await wallet.pay({ destination: invoice, quoteId })
    expect(paid).toMatchObject({ state: 'settled', maxFeeMsat: 7_000n, replayed: false })
    expect(world.node.requests[0]).toMatchObject({ maxFeeMsat: 7_000n })
  })

  it('caps the fee of an address, too, and of a lower fee takes the lower', async () => {
    const { world, wallet } = await start()
    const quoteId = await quoteOf(wallet, { ...bob, maxFeeMsat: msat(3_000n) })
    await wallet.pay({ ...bob, quoteId })
    const { invoice } = world.invoice()
    const other = await quoteOf(wallet, { destination: invoice, maxFeeMsat: msat(3_000n) })
    await wallet.pay({ destination: invoice, quoteId: other, maxFeeMsat: msat(2_000n) })
    expect(world.node.requests.map(({ maxFeeMsat }) => maxFeeMsat)).toEqual([3_000n, 2_000n])
  })

  it('takes back the fee that was shown in whole sats', async () => {
    const { world, wallet } = await start()
    const { invoice } = world.invoice()
    const quoteId = await quoteOf(wallet, { destination: invoice, maxFeeMsat: msat(2_500n) })
    expect((await wallet.pay({ destination: invoice, quoteId, maxFeeMsat: msat(3_000n) })).maxFeeMsat).toBe(
      2_500n,
    )
  })

  it.each<[string, (world: World) => Partial<PaymentRequest>, string]>([
    ['another invoice', (world) => ({ destination: world.invoice().invoice }), 'destination is another'],
    ['an address', () => bob, 'destination is another'],
    ['a larger fee', () => ({ maxFeeMsat: msat(8_000n) }), 'largest fee was'],
  ])('refuses drift: %s', async (_, drift, message) => {
    const { world, wallet } = await start()
    const { invoice } = world.invoice()
    const quoteId = await quoteOf(wallet, { destination: invoice, maxFeeMsat: msat(7_000n) })
    const drifted = wallet.pay({ destination: invoice, quoteId, ...drift(world) })
    await expect(drifted).rejects.toMatchObject({
      code: 'idempotency_conflict',
      sent: 'no',
      message: expect.stringContaining(message),
    })
    expect(world.node.requests).toEqual([])
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    expect((await wallet.pay({ destination: invoice, quoteId })).state).toBe('settled')
  })

  it('refuses an invoice of the same hash that is another text', async () => {
    const { world, wallet } = await start()
    const first = world.invoice()
    const twin = world.invoice({ preimage: first.preimage, description: 'another' })
    const quoteId = await quoteOf(wallet, { destination: first.invoice })
    await expect(wallet.pay({ destination: twin.invoice, quoteId })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    })
  })

  it('refuses another amount where the payer chooses it', async () => {
    const { world, wallet } = await start()
    const { invoice } = world.invoice({ amountMsat: null })
    const quoteId = await quoteOf(wallet, { destination: invoice, amountMsat: msat(5_000n) })
    const more = { destination: invoice, amountMsat: msat(5_001n), quoteId }
    await expect(wallet.pay(more)).rejects.toMatchObject({ code: 'idempotency_conflict' })
    await expect(wallet.pay({ ...bob, amountMsat: msat(6_000n), quoteId })).rejects.toThrow(/amount was/)
  })

  it('is one payment when used twice', async () => {
    const { world, wallet, service } = await start()
    const quoteId = await quoteOf(wallet, bob)
    const both = await Promise.all([wallet.pay({ ...bob, quoteId }), wallet.pay({ ...bob, quoteId })])
    await world.clock.advance(5 * 60_000)
    const late = await wallet.pay({ ...bob, quoteId })
    expect(new Set([...both, late].map(({ paymentId }) => paymentId)).size).toBe(1)
    expect(late.replayed).toBe(true)
    expect(service.minted).toHaveLength(1)
    expect(world.node.requests).toHaveLength(1)
  })

  it('is replayed after it expired, and after the replay window', async () => {
    const { world, wallet } = await start()
    const quoteId = await quoteOf(wallet, bob)
    const { paymentId } = await wallet.pay({ ...bob, quoteId })
    await world.clock.jump(86_400_000)
    expect(await wallet.pay({ ...bob, quoteId })).toMatchObject({ paymentId, replayed: true })
    expect(world.node.requests).toHaveLength(1)
  })

  it('identifies the payment with another key and other words, too', async () => {
    const { wallet } = await start()
    const quoteId = await quoteOf(wallet, bob)
    const { paymentId } = await wallet.pay({ ...bob, quoteId, idempotencyKey: 'one' })
    expect(await wallet.pay({ ...bob, quoteId, idempotencyKey: 'two' })).toMatchObject({ paymentId })
    expect(await wallet.pay({ ...bob, idempotencyKey: 'one' })).toMatchObject({ paymentId })
    const next = await quoteOf(wallet, bob)
    await expect(wallet.pay({ ...bob, quoteId: next, idempotencyKey: 'one' })).rejects.toThrow(/quote was/)
  })

  it('new for the same address within the window repeats nothing', async () => {
    const { world, wallet } = await start()
    const { paymentId } = await wallet.pay(bob)
    const quoteId = await quoteOf(wallet, bob)
    expect(await wallet.pay({ ...bob, quoteId })).toMatchObject({ paymentId, replayed: true })
    expect(world.node.requests).toHaveLength(1)
  })

  it('allows a further attempt until it expires', async () => {
    const { world, wallet } = await start()
    world.node.script = { do: 'fail' }
    const { invoice } = world.invoice({ expirySeconds: 86_400 })
    const quoteId = await quoteOf(wallet, { destination: invoice, maxFeeMsat: msat(4_000n) })
    const call = { destination: invoice, quoteId }
    expect(await wallet.pay(call)).toMatchObject({ state: 'failed', attempt: 1 })
    expect(await wallet.pay(call)).toMatchObject({ state: 'failed', attempt: 2, maxFeeMsat: 4_000n })
    await world.clock.advance(QUOTE_TTL_MS)
    await expect(wallet.pay(call)).rejects.toMatchObject({ code: 'invalid_request', sent: 'no' })
    world.node.script = { do: 'settle' }
    expect(await wallet.pay({ destination: invoice })).toMatchObject({ state: 'settled', attempt: 3 })
  })

  it('is checked against the limits once more', async () => {
    const world = new World()
    const before = await start(world)
    const { invoice } = world.invoice()
    const quoteId = await quoteOf(before.wallet, { destination: invoice })
    const { wallet } = await world.start({ limits: { maxPaymentMsat: msat(1_000n) } })
    await expect(wallet.pay({ destination: invoice, quoteId })).rejects.toMatchObject({
      code: 'budget_exceeded',
    })
    expect(world.node.requests).toEqual([])
  })

  it.each([
    ['after ten minutes', 86_400, QUOTE_TTL_MS, 'invalid_request'],
    ['with its invoice', 60, 60_000, 'invalid_request'],
    ['long ago', 864_000, 86_400_000, 'invalid_request'],
    ['never: just before', 86_400, QUOTE_TTL_MS - 1, undefined],
    ['when the clock jumps back far', 86_400, -3_600_000, 'invalid_request'],
    ['not when clocks differ a little', 86_400, -30_000, undefined],
  ])('expires %s', async (_, expirySeconds, jumpMs, code) => {
    const { world, wallet } = await start()
    const { invoice } = world.invoice({ expirySeconds })
    const { quoteId, quoteExpiresAt } = await wallet.preview({ destination: invoice })
    const inMs = Math.min(QUOTE_TTL_MS, expirySeconds * 1000)
    expect(quoteExpiresAt).toBe((world.clock.now() + inMs) / 1000)
    await world.clock.jump(jumpMs)
    const paying = wallet.pay({ destination: invoice, quoteId: quoteId ?? '' })
    if (code === undefined) expect((await paying).state).toBe('settled')
    else await expect(paying).rejects.toMatchObject({ code, sent: 'no' })
  })

  it.each([
    ['never given', newId('quo', 1_800_000_000_000), 'not_found'],
    ['no id', 'quo_x', 'invalid_request'],
    ['empty', '', 'invalid_request'],
    ['another kind of id', newId('pay', 1), 'invalid_request'],
  ])('unknown is refused: %s', async (_, quoteId, code) => {
    const { world, wallet } = await start()
    const paying = wallet.pay({ destination: world.invoice().invoice, quoteId })
    await expect(paying).rejects.toMatchObject({ code, sent: 'no' })
    expect(world.node.requests).toEqual([])
  })

  it('of another account is as unknown as none', async () => {
    const world = new World()
    const one = await start(world)
    const other = await start(world, { account: 'other' })
    const { invoice } = world.invoice()
    const call = { destination: invoice, quoteId: await quoteOf(one.wallet, { destination: invoice }) }
    const never = { destination: invoice, quoteId: newId('quo', 1_800_000_000_000) }
    const errorOf = (work: Promise<unknown>) => work.catch((error: LightningError) => error.message)
    expect(await errorOf(other.wallet.pay(call))).toBe(await errorOf(other.wallet.pay(never)))
    expect((await one.wallet.pay(call)).state).toBe('settled')
    expect(await errorOf(other.wallet.pay(call))).toBe(await errorOf(other.wallet.pay(never)))
  })

  it('stands for a payment that waits for the owner, whatever they say', async () => {
    const { world, wallet, store } = await start(new World({ memory: true }), ASKS)
    const { invoice } = world.invoice()
    const seen = await wallet.preview({ destination: invoice, maxFeeMsat: msat(4_000n) })
    expect(seen.verdict).toMatchObject({ allowed: false, needsApproval: true, code: 'approval_required' })
    const call = { destination: invoice, quoteId: seen.quoteId ?? '', waitSeconds: 0 }
    const asked = await wallet.pay(call)
    expect(asked).toMatchObject({ state: 'awaiting_approval', maxFeeMsat: 4_000n })
    expect(await wallet.pay(call)).toMatchObject({ paymentId: asked.paymentId, replayed: true })
    await decide(world, store, approvalOf(asked), 'deny')
    await world.clock.advance(1_000)
    const { paymentId } = asked
    expect(await wallet.pay(call)).toMatchObject({ paymentId, state: 'denied', replayed: true })

    const again = { destination: invoice, quoteId: await quoteOf(wallet, { destination: invoice }) }
    const next = await wallet.pay({ ...again, waitSeconds: 0 })
    await decide(world, store, approvalOf(next), 'approve')
    await world.clock.advance(QUOTE_TTL_MS)
    expect(await wallet.pay(again)).toMatchObject({ paymentId: next.paymentId, state: 'settled' })
    expect(world.node.requests).toHaveLength(1)
  })

  it('is kept in bounded number, the newest of them', async () => {
    const { world, wallet, store } = await start()
    const { invoice } = world.invoice()
    const first = await quoteOf(wallet, { destination: invoice })
    const quote = {
      account: 'default',
      kind: 'invoice',
      destination: invoice,
      amountMsat: msat(1n),
      maxFeeMsat: msat(1n),
    } as const
    await store.transaction(async (writer) => {
      for (let i = 0; i < MAX_QUOTES + 5; i++) {
        const createdAtMs = world.clock.now() + i
        const expiresAtMs = createdAtMs + QUOTE_TTL_MS
        await writer.insertQuote({ quoteId: newId('quo', createdAtMs), ...quote, createdAtMs, expiresAtMs })
      }
    })
    await world.clock.advance(1_000)
    const last = await quoteOf(wallet, { destination: invoice })
    const known = (id: string) => store.read((reader) => reader.quoteById(id))
    expect(await known(first)).toBeUndefined()
    expect(await known(last)).toBeDefined()
    await world.clock.jump(86_400_000)
    await quoteOf(wallet, bob)
    expect(await known(last)).toBeUndefined()
  })
})

describe('a preview', () => {
  it('gives no quote for what would be refused', async () => {
    const { world, wallet } = await start()
    const seen = await wallet.preview({ destination: world.invoice({ amountMsat: 10n ** 12n }).invoice })
    expect(seen.verdict).toMatchObject({ allowed: false, code: 'budget_exceeded' })
    expect(seen.quoteId).toBeUndefined()
  })

  it('tells of a pause, with the margins of the limits', async () => {
    const { world, wallet } = await start()
    await wallet.pause('a test')
    const { verdict, quoteId } = await wallet.preview({ destination: world.invoice().invoice })
    expect(verdict).toMatchObject({ allowed: false, code: 'spending_paused' })
    expect(verdict.hint).toMatch(/owner resume/)
    expect(verdict.rules.map(({ rule }) => rule)).toContain('max_payment')
    expect(quoteId).toBeUndefined()
  })

  it('says when an own payment was made, and of another account’s only that', async () => {
    const world = new World()
    const one = await start(world)
    const other = await start(world, { account: 'other' })
    const { invoice } = world.invoice()
    const { paymentId, settledAt } = await one.wallet.pay({ destination: invoice })
    await world.clock.advance(60_000)
    expect((await one.wallet.preview({ destination: invoice })).earlier).toEqual({
      paymentId,
      state: 'settled',
      at: settledAt,
    })
    const seen = await other.wallet.preview({ destination: invoice })
    expect(seen.earlier).toBeUndefined()
    expect(seen.verdict).toMatchObject({ allowed: false, code: 'already_paid' })
    expect(JSON.stringify(seen.verdict, (_, v) => (typeof v === 'bigint' ? `${v}` : v))).not.toContain('pay_')
  })

  it('of an address names the network, and what a quote holds', async () => {
    const { wallet } = await start()
    const seen = await wallet.preview(bob)
    expect(seen).toMatchObject({ network: 'regtest', maxFeeMsat: 10_000n, affordable: true })
    expect(seen.quoteId).toMatch(/^quo_/)
  })

  it('is given by a store in trouble, without a quote', async () => {
    const { world, wallet, store } = await start()
    const full = () => Promise.reject(new Error('the disk is full'))
    const { read, transaction } = store
    store.transaction = full
    const half = await wallet.preview({ destination: world.invoice().invoice })
    expect(half).toMatchObject({ verdict: { allowed: true }, amountMsat: 1_000_000n })
    expect(half.quoteId).toBeUndefined()
    expect(half.warnings[0]?.message).toContain('no quote')
    store.read = full
    const { verdict, ...seen } = await wallet.preview({ destination: world.invoice().invoice })
    expect(seen).toMatchObject({ kind: 'bolt11', amountMsat: 1_000_000n, network: 'regtest' })
    expect(verdict).toMatchObject({ allowed: false, code: 'spending_paused' })
    Object.assign(store, { read, transaction })
  })

  it('is given while the balance is not known', async () => {
    const { world } = await start()
    const { node } = world
    const open = node.open.bind(node)
    node.open = (alive) => ({
      ...open(alive),
      getBalance: async () => {
        throw new LightningError({ code: 'permission_denied', message: 'not for this credential' })
      },
    })
    const { wallet } = await world.start()
    const seen = await wallet.preview({ destination: world.invoice().invoice })
    expect(seen.affordable).toBeUndefined()
    expect(seen.warnings[0]?.message).toContain('balance is not known')
    expect(seen.verdict.allowed).toBe(true)
  })
})

describe('a call that outlasts its patience', () => {
  it.each([
    ['25 s by default', {}, 25_000],
    ['wait_seconds', { waitSeconds: 7 }, 7_000],
  ])('answers pending with a handle after %s', async (_, patience, waitMs) => {
    const { world, wallet } = await start()
    world.node.script = { do: 'pending' }
    const { invoice, paymentHash } = world.invoice()
    const startedMs = world.clock.now()
    let answeredMs: number | undefined
    const paying = wallet.pay({ destination: invoice, ...patience }).finally(() => {
      answeredMs = world.clock.now()
    })
    await world.clock.advance(waitMs - 1)
    expect(answeredMs).toBeUndefined()
    await world.clock.advance(1)
    const pending = await paying
    expect(answeredMs).toBe(startedMs + waitMs)
    expect(pending).toMatchObject({ state: 'dispatched', outcome: 'pending', replayed: false })
    world.node.resolve(paymentHash, 'settled')
    const { payment } = await wallet.waitForPayment({ paymentId: pending.paymentId, waitSeconds: 5 })
    expect(payment?.state).toBe('settled')
    expect(world.node.requests).toHaveLength(1)
  })
})
