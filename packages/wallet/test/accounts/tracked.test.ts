import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/create-account.ts'
import { intent } from '../support/intents.ts'
import { balanceOf, eventsOf, fundsOf, recompute, SharedWorld } from '../support/shared-world.ts'
import { ask } from '../support/stores.ts'

const code = (wanted: string) => (error: unknown) => LightningError.is(error) && error.code === wanted

describe('an account', () => {
  test.each(['', '../x', '-a', 'a'.repeat(65), 'a b', 'ä'])('is not named %j', async (name) => {
    const world = new SharedWorld()
    const { store } = await world.start()
    const call = createAccount(store, { name, kind: 'own', identity: world.shared.identity })
    await expect(call).rejects.toSatisfy(code('invalid_request'))
  })

  test('that nobody made is refused with the command that makes it', async () => {
    const world = new SharedWorld()
    const { wallet } = world.open({ account: 'alice' })
    const calls = [
      () => wallet.start(),
      () => wallet.getBalance(),
      () => wallet.createInvoice({ expirySeconds: 60 }),
      () => wallet.pay({ destination: world.invoice().invoice }),
      () => wallet.listPayments({ limit: 5 }),
    ]
    for (const call of calls)
      await expect(call()).rejects.toSatisfy(
        (error) =>
          LightningError.is(error) &&
          error.code === 'not_ready' &&
          error.hint?.includes('lightning-mcp owner accounts add alice') === true,
      )
    expect(world.shared.requests).toEqual([])
  })

  test('is made once', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice')
    await expect(world.tracked(store, 'alice')).rejects.toSatisfy(code('already_exists'))
  })

  test('default becomes a tracked one only before it has spent', async () => {
    const world = new SharedWorld()
    const { wallet, store } = await world.start()
    await wallet.pay({ destination: world.invoice().invoice })
    await expect(world.tracked(store, 'default')).rejects.toSatisfy(code('invalid_request'))
  })

  test('made on another node does not spend on this one', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    const identity = { ...world.shared.identity, id: `02${'ab'.repeat(32)}` }
    await createAccount(store, { name: 'alice', kind: 'own', identity })
    const { wallet } = await world.start({ account: 'alice' })
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toSatisfy(code('not_ready'))
    await expect(wallet.getBalance()).rejects.toSatisfy(code('not_ready'))
  })
})

describe('a tracked balance', () => {
  test('is what the account can spend, whatever the node has', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 5_000_000n)
    const { wallet } = await world.start({ account: 'alice' })
    expect(await wallet.getBalance()).toEqual({
      spendableMsat: 5_000_000n,
      account: { name: 'alice', kind: 'tracked' },
    })
    expect((await wallet.getDetails()).account).toEqual({ name: 'alice', kind: 'tracked' })
    world.shared.fundedMsat = 3_000_000n
    expect((await wallet.getBalance()).spendableMsat).toBe(3_000_000n)
  })

  test('pays amount and real fee', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 5_000_000n)
    const { wallet } = await world.start({ account: 'alice' })
    const paid = await wallet.pay({ destination: world.invoice().invoice })
    expect(paid.state).toBe('settled')
    expect(await balanceOf(store, 'alice')).toMatchObject({
      fundsMsat: 5_000_000n - 1_000_000n - 1_000n,
      reservedMsat: 0n,
      paidMsat: 1_000_000n,
      feesMsat: 1_000n,
      outsideMsat: -5_000_000n,
    })
    await recompute(store)
  })

  test('refuses what amount and largest fee exceed, and reserves nothing', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 1_009_999n)
    const { wallet } = await world.start({ account: 'alice' })
    const destination = world.invoice().invoice
    await expect(wallet.pay({ destination })).rejects.toSatisfy(code('insufficient_balance'))
    expect(world.shared.requests).toEqual([])
    expect(await eventsOf(store, 'alice')).toEqual(['credited'])
    await world.give(store, 'alice', 1n)
    expect((await wallet.pay({ destination })).state).toBe('settled')
  })

  test('holds under parallel calls of several processes', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    world.shared.feeMsat = msat(0n)
    await world.tracked(store, 'alice', 5_000_000n)
    const wallets = await Promise.all([1, 2].map(() => world.start({ account: 'alice' })))
    const calls = Array.from({ length: 20 }, (_, index) =>
      wallets[index % 2]?.wallet.pay({
        destination: world.invoice().invoice,
        maxFeeMsat: msat(0n),
        waitSeconds: 0,
      }),
    )
    const results = await Promise.allSettled(calls)
    await world.settle()
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(15)
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(code('insufficient_balance')(reason)).toBe(true)
    expect(await fundsOf(store, 'alice')).toBe(0n)
    expect(world.shared.moved.size).toBe(5)
  })

  test('has no view into the node and no say over it', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 5_000_000n)
    const { wallet } = await world.start({ account: 'alice' })
    expect(wallet.node).toEqual({})
    for (const [name, support] of Object.entries(wallet.capabilities))
      if (/^(channels|peers|onchain|splicing)\./.test(name)) expect(support).toBe('none')
  })

  test('a closed account spends no more', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    const { closeAccount } = await import('../../src/accounts/create-account.ts')
    await world.tracked(store, 'alice', 5_000_000n)
    await expect(closeAccount(store, { name: 'alice' })).rejects.toSatisfy(code('invalid_request'))
    const { transfer } = await import('../../src/accounts/transfer.ts')
    await transfer(store, { account: 'alice', amountMsat: -5_000_000n })
    await closeAccount(store, { name: 'alice' })
    const { wallet } = await world.start({ account: 'alice' })
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toSatisfy(
      code('spending_paused'),
    )
  })

  test('money that moved after all is booked, and the operator bears what is missing', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 1_100_000n)
    const { wallet } = await world.start({ account: 'alice' })
    world.shared.scripts.push({ do: 'settle', feeMsat: 500_000n })
    const paid = await wallet.pay({ destination: world.invoice().invoice })
    expect(paid).toMatchObject({ state: 'settled', feeMsat: 500_000n })
    expect(await balanceOf(store, 'alice')).toMatchObject({
      fundsMsat: 0n,
      reservedMsat: 0n,
      paidMsat: 1_000_000n,
      feesMsat: 500_000n,
    })
    expect(await eventsOf(store, 'alice')).toEqual(['credited', 'reserved', 'covered', 'settled'])
    await recompute(store)
  })

  test('it is told nothing of channels and coins, not even what moving them would cost', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 1_100_000n)
    const { wallet } = await world.start({ account: 'alice' })
    const channel = { channelId: 'c1'.repeat(32) }
    const request = { kind: 'channel-close', channel, mode: 'cooperative' } as const
    const preview = await wallet.previewSpend(request)
    expect(preview.verdict).toMatchObject({ allowed: false, code: 'permission_denied' })
    expect(preview).not.toHaveProperty('payee')
    await expect(wallet.spend(request)).rejects.toMatchObject({ code: 'permission_denied' })
    const offer = world.shared.offers.make({ amountMsat: 1_000n })
    await expect(wallet.spend({ kind: 'offer', offer })).rejects.toMatchObject({ code: 'permission_denied' })
  })

  test('the database refuses one below zero', async () => {
    const world = new SharedWorld({ memory: false })
    const { store } = await world.start()
    await world.tracked(store, 'alice', 5n)
    await store.close()
    const database = world.database
    const text = `update balances set funds_msat = -1 where account = 'alice'`
    await expect(ask(database, text)).rejects.toThrow(/below zero/)
  })

  test('the gates are not the only guard: booking past a balance fails', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 5n)
    const { insertBooked } = await import('../../src/ledger/write-intent.ts')
    const booked = store.transaction((writer) => insertBooked(writer, intent({ account: 'alice' }), 1))
    await expect(booked).rejects.toThrow(/below zero/)
    expect(await fundsOf(store, 'alice')).toBe(5n)
  })
})
