import { encodeLnurl } from '@lightning-mcp/codec'
import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import type { WalletOptions } from '../src/wallet-options.ts'
import { FakeService } from './support/fake-service.ts'
import { World } from './support/world.ts'

const BOB = { destination: 'bob@example.com', amountMsat: msat(50_000n) }

async function withService(options: Partial<WalletOptions> = {}) {
  const world = new World()
  const service = new FakeService(world)
  return { world, service, ...(await world.start({ resolver: service, ...options })) }
}

describe('idempotency key', () => {
  test('the same call is the same payment', async () => {
    const { world, wallet } = await withService()
    const call = { ...BOB, idempotencyKey: 'k', memo: 'first' }
    const first = await wallet.pay(call)
    const again = await wallet.pay({ ...call, memo: 'other words', waitSeconds: 3, comment: 'hi' })
    expect(again).toMatchObject({ paymentId: first.paymentId, replayed: true, memo: 'first' })
    expect(world.node.requests).toHaveLength(1)
  })

  test.each([
    ['another amount', { amountMsat: msat(51_000n) }, 'amount was 50 sats'],
    ['another destination', { destination: 'eve@example.com' }, 'destination was bob@example.com'],
    ['another fee', { maxFeeMsat: msat(9n) }, 'largest fee was not given'],
  ])('%s is a conflict that shows the difference', async (_, change, difference) => {
    const { world, wallet } = await withService()
    const first = await wallet.pay({ ...BOB, idempotencyKey: 'k' })
    const call = wallet.pay({ ...BOB, idempotencyKey: 'k', ...change })
    await expect(call).rejects.toMatchObject({
      code: 'idempotency_conflict',
      message: expect.stringContaining(difference),
    })
    await expect(call).rejects.toThrow(first.paymentId)
    expect(world.node.requests).toHaveLength(1)
  })

  test.each(['', 'x'.repeat(201), 'a\0b', 'a\ud800', '\udc00a'])('%j is none', async (idempotencyKey) => {
    const world = new World()
    const { wallet } = await world.start()
    const { invoice: destination } = world.invoice()
    const invalid = { code: 'invalid_request', message: expect.stringContaining('idempotency key') }
    await expect(wallet.pay({ destination, idempotencyKey })).rejects.toMatchObject(invalid)
    const spend = { kind: 'keysend', payee: `02${'ab'.repeat(32)}`, amountMsat: 1n, idempotencyKey }
    await expect(wallet.spend(spend as never)).rejects.toMatchObject(invalid)
    expect(world.node.requests).toEqual([])
  })

  test.each(["'; drop table intents; --", '__proto__', 'constructor', '%_', '\u202ekey', '😀'.repeat(100)])(
    '%j is one like any other',
    async (idempotencyKey) => {
      const world = new World()
      const { wallet } = await world.start()
      const pay = (key: string) => wallet.pay({ destination: world.invoice().invoice, idempotencyKey: key })
      const { invoice: destination } = world.invoice()
      const first = await wallet.pay({ destination, idempotencyKey })
      expect(await wallet.pay({ destination, idempotencyKey })).toMatchObject({
        paymentId: first.paymentId,
        replayed: true,
      })
      await expect(pay(idempotencyKey)).rejects.toMatchObject({ code: 'idempotency_conflict' })
      expect(await pay('x')).toMatchObject({ replayed: false })
      expect(world.node.requests).toHaveLength(2)
    },
  )

  test('is each account’s own', async () => {
    const { world, wallet } = await withService()
    const other = await world.start({ resolver: new FakeService(world), account: 'second' })
    await wallet.pay({ ...BOB, idempotencyKey: 'k' })
    const paid = await other.wallet.pay({ ...BOB, amountMsat: msat(7_000n), idempotencyKey: 'k' })
    expect(paid).toMatchObject({ replayed: false, state: 'settled' })
  })

  test('holds for ever, not for ten minutes', async () => {
    const { world, wallet } = await withService()
    await wallet.pay({ ...BOB, idempotencyKey: 'k' })
    await world.clock.jump(86_400_000)
    expect(await wallet.pay({ ...BOB, idempotencyKey: 'k' })).toMatchObject({ replayed: true })
  })

  test('a refusal by a limit binds nothing', async () => {
    const { wallet } = await withService({ limits: { maxPaymentMsat: msat(40_000n) } })
    const call = { ...BOB, idempotencyKey: 'k' }
    await expect(wallet.pay(call)).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(await wallet.pay({ ...call, amountMsat: msat(30_000n) })).toMatchObject({ state: 'settled' })
  })
})

describe('invoice', () => {
  test('a second key gets already_paid or in_progress', async () => {
    const { world, wallet } = await withService()
    const { invoice } = world.invoice()
    world.node.scripts.push({ do: 'pending' })
    const first = await wallet.pay({ destination: invoice, idempotencyKey: 'a', waitSeconds: 0 })
    const second = { destination: invoice, idempotencyKey: 'b' }
    await expect(wallet.pay(second)).rejects.toMatchObject({ code: 'in_progress' })
    world.node.resolve(first.paymentHash!, 'settled')
    await wallet.getPayment({ paymentId: first.paymentId })
    await expect(wallet.pay(second)).rejects.toMatchObject({ code: 'already_paid' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('a hash tells of the payment that paid it, not of a later failure', async () => {
    const { world, wallet } = await withService()
    world.node.scripts.push({ do: 'fail' }, { do: 'fail' })
    const { invoice, paymentHash } = world.invoice()
    await wallet.pay({ destination: invoice, idempotencyKey: 'a', memo: 'first' })
    await world.clock.advance(1_000)
    await wallet.pay({ destination: invoice, idempotencyKey: 'b', memo: 'second' })
    const paid = await wallet.pay({ destination: invoice, idempotencyKey: 'a' })
    expect(paid).toMatchObject({ state: 'settled', attempt: 2 })
    expect(await wallet.getPayment({ paymentHash })).toMatchObject({
      state: 'settled',
      paymentId: paid.paymentId,
    })
    const { earlier } = await wallet.preview({ destination: invoice })
    expect(earlier).toMatchObject({ paymentId: paid.paymentId, state: 'settled' })
    const { items } = await wallet.listPayments({ limit: 5 })
    expect(items).toMatchObject([{ paymentId: paid.paymentId, memo: 'first' }])
  })

  test('another account learns that one bit and nothing else', async () => {
    const { world, wallet } = await withService()
    const other = await world.start({ account: 'second' })
    const { invoice, preimage, paymentHash } = world.invoice()
    const first = await wallet.pay({ destination: invoice, memo: 'secret memo' })
    const error: LightningError = await other.wallet.pay({ destination: invoice }).then(
      () => expect.fail('it was paid'),
      (fault) => fault,
    )
    expect(error).toMatchObject({ code: 'already_paid' })
    for (const secret of [first.paymentId, preimage, 'secret memo', paymentHash])
      expect(`${error.message} ${error.hint}`).not.toContain(secret)
    expect(await other.wallet.getPayment({ paymentHash })).toBeUndefined()
    expect(await other.wallet.getPayment({ paymentId: first.paymentId })).toBeUndefined()
    expect(await other.wallet.preview({ destination: invoice })).not.toHaveProperty('earlier')
  })

  test.each([
    ['payee', { privateKey: '33'.repeat(32) }],
    ['amount', { amountMsat: 1_000_001n }],
  ])('the same hash with another %s is hash_conflict', async (_, change) => {
    const { world, wallet } = await withService()
    const { invoice, preimage } = world.invoice()
    await wallet.pay({ destination: invoice })
    const forged = world.invoice({ preimage, ...change })
    await expect(wallet.pay({ destination: forged.invoice })).rejects.toMatchObject({ code: 'hash_conflict' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('an expired invoice that was paid is replayed', async () => {
    const { world, wallet } = await withService()
    const { invoice } = world.invoice({ expirySeconds: 60 })
    await wallet.pay({ destination: invoice.toUpperCase() })
    await world.clock.jump(3_600_000)
    expect(await wallet.pay({ destination: `lightning:${invoice}` })).toMatchObject({ replayed: true })
  })

  test('another amount is no way round a hash that may not be sent again', async () => {
    const { world, wallet } = await withService()
    world.node.scripts.push({ do: 'fail', sameHashRetryable: false })
    const { invoice } = world.invoice({ amountMsat: null })
    await wallet.pay({ destination: invoice, amountMsat: msat(5_000n) })
    const other = wallet.pay({ destination: invoice, amountMsat: msat(6_000n) })
    await expect(other).rejects.toMatchObject({ code: 'hash_conflict' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('a failed one that expired is not sent again', async () => {
    const { world, wallet } = await withService()
    world.node.script = { do: 'fail' }
    const { invoice } = world.invoice({ expirySeconds: 60 })
    await wallet.pay({ destination: invoice })
    await world.clock.jump(3_600_000)
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'invoice_expired' })
  })

  test('a new attempt is judged and reserved anew', async () => {
    const { world, wallet, store } = await withService()
    world.node.scripts.push({ do: 'fail' })
    const { invoice } = world.invoice()
    const { paymentId } = await wallet.pay({ destination: invoice })
    const strict = await world.start({ limits: { maxPaymentMsat: msat(10n) } })
    await expect(strict.wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'budget_exceeded',
    })
    expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'failed', attempt: 1 })
    expect(await wallet.pay({ destination: invoice })).toMatchObject({
      paymentId,
      attempt: 2,
      replayed: false,
    })
    const attempts = await store.read((reader) => reader.attempts(paymentId))
    expect(attempts.map(({ state }) => state)).toEqual(['failed', 'settled'])
  })
})

describe('address', () => {
  test('the same call within ten minutes is the same payment', async () => {
    const { world, wallet, service } = await withService()
    const first = await wallet.pay(BOB)
    expect(first).toMatchObject({ state: 'settled', successMessage: 'thank you', description: 'Pay Bob' })
    await world.clock.jump(590_000)
    expect(await wallet.pay(BOB)).toMatchObject({ paymentId: first.paymentId, replayed: true })
    await world.clock.jump(20_000)
    const later = await wallet.pay(BOB)
    expect(later.paymentId).not.toBe(first.paymentId)
    expect(later.replayed).toBe(false)
    expect(service.minted).toHaveLength(2)
  })

  test('the ten minutes begin when the wallet learns of it', async () => {
    const { world, wallet, service } = await withService()
    world.node.scripts.push({ do: 'pending' })
    const first = await wallet.pay({ ...BOB, waitSeconds: 0 })
    world.node.resolve(first.paymentHash!, 'settled')
    world.node.down = new LightningError({ code: 'unavailable', message: 'gone' })
    await world.clock.jump(3_600_000)
    world.node.down = undefined
    await world.clock.advance(60_000)
    expect(await wallet.getPayment({ paymentId: first.paymentId })).toMatchObject({ state: 'settled' })
    expect(await wallet.pay(BOB)).toMatchObject({ paymentId: first.paymentId, replayed: true })
    await world.clock.jump(601_000)
    expect(await wallet.pay(BOB)).toMatchObject({ replayed: false })
    expect(service.minted).toHaveLength(2)
  })

  test('its LNURL is the same destination', async () => {
    const { wallet } = await withService()
    const first = await wallet.pay(BOB)
    for (const destination of [
      'BOB@Example.com',
      'lightning:bob@example.com',
      'lnurlp://example.com/.well-known/lnurlp/bob',
      encodeLnurl('https://example.com/.well-known/lnurlp/bob'),
    ])
      expect(await wallet.pay({ ...BOB, destination })).toMatchObject({
        paymentId: first.paymentId,
        replayed: true,
      })
  })

  test('another comment is a conflict that names the earlier payment', async () => {
    const { wallet } = await withService()
    const first = await wallet.pay({ ...BOB, comment: 'for lunch' })
    const second = wallet.pay({ ...BOB, comment: 'for dinner' })
    await expect(second).rejects.toMatchObject({ code: 'idempotency_conflict' })
    await expect(second).rejects.toThrow(first.paymentId)
  })

  test('repeat_of makes one further payment', async () => {
    const { wallet, service } = await withService()
    const first = await wallet.pay(BOB)
    const repeat = { ...BOB, comment: 'again', repeatOf: first.paymentId }
    const second = await wallet.pay(repeat)
    expect(second).toMatchObject({ state: 'settled', replayed: false })
    // said twice, it is still one
    expect(await wallet.pay(repeat)).toMatchObject({ paymentId: second.paymentId, replayed: true })
    expect(service.minted).toHaveLength(2)
  })

  test('repeat_of must name a payment like this one', async () => {
    const { world, wallet } = await withService()
    const { paymentId } = await wallet.pay({ destination: world.invoice().invoice })
    const call = wallet.pay({ ...BOB, repeatOf: paymentId })
    await expect(call).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('a new key is no way round a payment under way', async () => {
    const { world, wallet } = await withService()
    world.node.scripts.push({ do: 'lose-request' })
    const first = await wallet.pay({ ...BOB, idempotencyKey: 'a', waitSeconds: 0 })
    await world.clock.advance(100)
    await expect(wallet.pay({ ...BOB, idempotencyKey: 'b' })).rejects.toMatchObject({
      code: 'in_progress',
      hint: expect.stringContaining(first.paymentId),
    })
    const meant = { ...BOB, idempotencyKey: 'c', repeatOf: first.paymentId }
    expect(await wallet.pay(meant)).toMatchObject({ state: 'settled', replayed: false })
  })

  test('a second key after settling is a second payment', async () => {
    const { wallet, service } = await withService()
    await wallet.pay({ ...BOB, idempotencyKey: 'a' })
    expect(await wallet.pay({ ...BOB, idempotencyKey: 'b' })).toMatchObject({ replayed: false })
    expect(service.minted).toHaveLength(2)
  })

  test('a retry pays the pinned invoice', async () => {
    const { world, wallet, service } = await withService()
    world.node.scripts.push({ do: 'fail' })
    const first = await wallet.pay(BOB)
    const second = await wallet.pay(BOB)
    expect(second).toMatchObject({ paymentId: first.paymentId, attempt: 2, state: 'settled' })
    expect(service.minted).toHaveLength(1)
    expect(second.paymentHash).toBe(first.paymentHash)
  })

  test('a fresh invoice only after failure and expiry', async () => {
    const { world, wallet, service } = await withService()
    world.node.scripts.push({ do: 'fail', sameHashRetryable: false })
    const first = await wallet.pay(BOB)
    expect(first).toMatchObject({ state: 'failed', retry: 'fresh-invoice' })
    expect(await wallet.pay(BOB)).toMatchObject({ state: 'failed', replayed: true })
    await expect(wallet.pay({ ...BOB, idempotencyKey: 'new' })).rejects.toMatchObject({ code: 'in_progress' })
    await world.clock.jump(601_000)
    const second = await wallet.pay(BOB)
    expect(second).toMatchObject({ paymentId: first.paymentId, attempt: 2, state: 'settled' })
    expect(second.paymentHash).not.toBe(first.paymentHash)
    expect(service.minted).toHaveLength(2)
  })

  test('a refusal for good binds the pinned invoice, not the address', async () => {
    const { world, wallet } = await withService()
    world.node.scripts.push({
      do: 'throw',
      error: new LightningError({ code: 'invalid_invoice', message: 'odd' }),
    })
    await expect(wallet.pay(BOB)).rejects.toMatchObject({ code: 'invalid_invoice' })
    expect(await wallet.pay(BOB)).toMatchObject({ state: 'failed', retry: 'never', replayed: true })
    await world.clock.jump(601_000)
    expect(await wallet.pay(BOB)).toMatchObject({ state: 'settled', attempt: 2 })
  })

  test('a service in trouble costs nothing and may be asked again', async () => {
    const { wallet, service } = await withService()
    service.fault = new LightningError({ code: 'unavailable', message: 'service is down' })
    await expect(wallet.pay(BOB)).rejects.toMatchObject({ code: 'unavailable' })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    service.fault = undefined
    expect(await wallet.pay(BOB)).toMatchObject({ state: 'settled', attempt: 1 })
  })

  test('an invoice of another amount is not paid', async () => {
    const { world, wallet, service } = await withService()
    service.wrongAmountMsat = 60_000n
    await expect(wallet.pay(BOB)).rejects.toMatchObject({ code: 'invalid_invoice' })
    expect(world.node.requests).toEqual([])
  })

  test('an invoice that was paid before is not paid again', async () => {
    const { world, wallet, service } = await withService()
    await wallet.pay(BOB)
    service.always = service.minted[0]!.invoice
    await expect(wallet.pay({ ...BOB, idempotencyKey: 'b' })).rejects.toMatchObject({ code: 'already_paid' })
    expect(world.node.requests).toHaveLength(1)
  })

  test.each(['created', 'minted', 'recorded', 'before-send', 'answered', 'result-recorded'] as const)(
    'killed at %s, the same call without a key pays once',
    async (dieAt) => {
      const world = new World()
      const service = new FakeService(world)
      const first = await world.start({ dieAt, resolver: service })
      void first.wallet.pay(BOB)
      await world.clock.advance(0)
      const second = await world.start({ resolver: service })
      const again = second.wallet.pay({ ...BOB, waitSeconds: 60 })
      await world.clock.advance(61_000)
      const answer = await again
      if (answer.state === 'failed') expect(await second.wallet.pay(BOB)).toMatchObject({ state: 'settled' })
      else expect(answer.state).toBe('settled')
      expect([...world.node.moved.values()]).toEqual([1])
      expect(await second.wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 51_000n })
    },
  )
})

describe('at once', () => {
  test.each([
    ['an invoice', 'invoice'],
    ['an address', 'address'],
    ['a key', 'key'],
  ] as const)('two hundred calls for %s are one payment', async (_, what) => {
    const { world, wallet, service } = await withService()
    const { invoice } = world.invoice()
    const request = {
      invoice: { destination: invoice },
      address: BOB,
      key: { ...BOB, idempotencyKey: 'k' },
    }[what]
    const all = await Promise.all(Array.from({ length: 200 }, () => wallet.pay(request)))
    expect(new Set(all.map(({ paymentId }) => paymentId)).size).toBe(1)
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(all.every(({ state }) => state === 'settled')).toBe(true)
    expect(world.node.requests).toHaveLength(1)
    expect(service.minted.length).toBeLessThanOrEqual(1)
  })

  test('many calls in two wallets on one file are one payment', async () => {
    const { world, wallet } = await withService()
    const other = await world.start()
    const { invoice } = world.invoice()
    const calls = Array.from({ length: 40 }, (_, i) =>
      (i % 2 === 0 ? wallet : other.wallet).pay({ destination: invoice }),
    )
    await world.clock.advance(5_000)
    const all = await Promise.all(calls)
    expect(all.every(({ state }) => state === 'settled')).toBe(true)
    expect(world.node.requests).toHaveLength(1)
  })
})
