import { LightningError, msat, type PaymentHash } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { closeAccount } from '../../src/accounts/create-account.ts'
import { transfer } from '../../src/accounts/transfer.ts'
import { balanceOf, eventsOf, fundsOf, recompute, SharedWorld } from '../support/shared-world.ts'

async function withAlice() {
  const world = new SharedWorld()
  const owner = await world.start()
  await world.tracked(owner.store, 'alice')
  const alice = await world.start({ account: 'alice' })
  return { world, store: owner.store, owner, alice }
}

describe('what arrives', () => {
  test('is credited to the account that made the invoice, once', async () => {
    const { world, store, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    expect(world.shared.payFromOutside(paymentHash)).toBe(true)
    for (let i = 0; i < 5; i++) await world.settle(20_000)
    expect(await balanceOf(store, 'alice')).toMatchObject({ fundsMsat: 1_000_000n, outsideMsat: -1_000_000n })
    expect(await eventsOf(store, 'alice')).toEqual(['received'])
    expect((await alice.wallet.getBalance()).spendableMsat).toBe(1_000_000n)
    await recompute(store)
  })

  test('is credited as it came, also where it is more', async () => {
    const { world, store, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    world.shared.payFromOutside(paymentHash, 1_500_000n)
    await world.settle(5_000)
    expect(await fundsOf(store, 'alice')).toBe(1_500_000n)
  })

  test('to an invoice without amount is credited', async () => {
    const { world, store, alice } = await withAlice()
    const made = await alice.wallet.createInvoice({ expirySeconds: 60, description: '' })
    world.shared.payFromOutside(made.paymentHash, 777_000n)
    await world.settle(5_000)
    expect(await fundsOf(store, 'alice')).toBe(777_000n)
  })

  test('after the account was closed can be taken back by the owner', async () => {
    const { world, store, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    await closeAccount(store, { name: 'alice' })
    world.shared.payFromOutside(paymentHash)
    await world.settle(5_000)
    expect(await fundsOf(store, 'alice')).toBe(1_000_000n)
    await expect(world.give(store, 'alice', 1n)).rejects.toThrow('is closed')
    await transfer(store, { account: 'alice', amountMsat: -1_000_000n })
    expect(await fundsOf(store, 'alice')).toBe(0n)
    await recompute(store)
  })

  test('is credited by a look-up at once', async () => {
    const { world, store, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    world.shared.payFromOutside(paymentHash)
    const looks = await Promise.all([1, 2, 3].map(() => alice.wallet.lookupInvoice({ paymentHash })))
    for (const invoice of looks)
      expect(invoice).toMatchObject({ status: 'settled', receivedMsat: 1_000_000n })
    expect(await eventsOf(store, 'alice')).toEqual(['received'])
  })

  test('can be waited for by no more invoices than can be looked at', async () => {
    const { world, store, alice, owner } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    const { identity } = await owner.wallet.getDetails().then(({ profile }) => profile)
    const row = await store.read((reader) => reader.ownInvoice(identity, paymentHash))
    if (row === undefined) throw new Error('no such invoice')
    const later = row.createdAtMs + 3_600_000
    await store.transaction(async (writer) => {
      for (let i = 1; i < 10_000; i++)
        await writer.insertOwnInvoice({
          ...row,
          paymentHash: i.toString(16).padStart(64, '0') as PaymentHash,
          nextLookAtMs: later,
        })
    })
    await expect(world.invoiceOf(alice)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(await world.invoiceOf(owner)).toBeDefined()
    world.shared.payFromOutside(paymentHash)
    await world.settle(5_000)
    expect(await world.invoiceOf(alice)).toBeDefined()
  })

  test('is found by any process of the ledger, after the one that asked for it died', async () => {
    const { world, store, alice, owner } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    alice.kill()
    owner.kill()
    world.shared.payFromOutside(paymentHash)
    await world.settle(60_000)
    expect(await fundsOf(store, 'alice')).toBe(0n)
    await world.start()
    await world.settle(10_000)
    expect(await fundsOf(store, 'alice')).toBe(1_000_000n)
  })

  test('is found late, by a service that settled an expired invoice', async () => {
    const { world, store, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    await world.clock.jump(3_700_000)
    await world.settle(100_000)
    expect((await alice.wallet.lookupInvoice({ paymentHash }))?.status).toBe('expired')
    const kept = world.shared.invoices.get(paymentHash)!
    world.shared.invoices.set(paymentHash, { ...kept, status: 'settled', receivedMsat: msat(1_000_000n) })
    await world.clock.jump(3_600_000)
    await world.settle(60_000)
    expect(await fundsOf(store, 'alice')).toBe(1_000_000n)
  })

  test('while the node is away is found once it is back', async () => {
    const { world, store, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    world.shared.payFromOutside(paymentHash)
    world.shared.down = new LightningError({ code: 'unavailable', message: 'away' })
    await world.settle(120_000)
    expect(await fundsOf(store, 'alice')).toBe(0n)
    world.shared.down = undefined
    await world.settle(120_000)
    expect(await fundsOf(store, 'alice')).toBe(1_000_000n)
  })

  test('to an account of its own is the node’s money, as before', async () => {
    const { world, store, owner } = await withAlice()
    const { paymentHash } = await world.invoiceOf(owner)
    world.shared.payFromOutside(paymentHash)
    await world.settle(5_000)
    expect(await owner.wallet.lookupInvoice({ paymentHash })).toMatchObject({ status: 'settled' })
    expect(await eventsOf(store, 'default')).toEqual([])
  })

  test('an invoice that cannot be put on record is not handed out', async () => {
    const { alice, world } = await withAlice()
    await alice.store.close()
    await expect(world.invoiceOf(alice)).rejects.toSatisfy(LightningError.is)
  })

  test('can be waited for', async () => {
    const { world, alice } = await withAlice()
    const { paymentHash } = await world.invoiceOf(alice)
    const waiting = alice.wallet.waitForPayment({ paymentHash, waitSeconds: 50 })
    await world.settle(1_000)
    world.shared.payFromOutside(paymentHash)
    await world.settle(10_000)
    expect((await waiting).invoice).toMatchObject({ status: 'settled' })
  })
})
