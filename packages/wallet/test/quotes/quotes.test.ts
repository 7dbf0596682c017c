import type { LightningError } from '@lightning-mcp/core'
import { msat } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/payment-id.ts'
import { QUOTE_TTL_MS } from '../../src/quotes/quote.ts'
import { MAX_QUOTES } from '../../src/store/quote-queries.ts'
import type { PaymentRequest } from '../../src/wallet.ts'
import { ASKS, approvalOf, decide } from '../approvals/support.ts'
import { World } from '../support/world.ts'
import { bob, quoteOf, start } from './support.ts'

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
