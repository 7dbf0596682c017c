import { LightningError, type LightningEvent } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { eventsOfAccount } from '../../src/accounts/account-watch.ts'
import type { Wallet } from '../../src/wallet.ts'
import { SharedWorld } from '../support/shared-world.ts'

const code = (wanted: string) => (error: unknown) => LightningError.is(error) && error.code === wanted

async function withTwo() {
  const world = new SharedWorld()
  const owner = await world.start()
  await world.tracked(owner.store, 'alice', 20_000_000n)
  await world.tracked(owner.store, 'bob', 20_000_000n)
  const alice = await world.start({ account: 'alice' })
  const bob = await world.start({ account: 'bob' })
  return { world, owner, alice, bob }
}

describe('an account on a shared node', () => {
  test('lists its own payments and invoices and nobody else’s', async () => {
    const { world, owner, alice, bob } = await withTwo()
    const paid = await alice.wallet.pay({ destination: world.invoice().invoice, memo: 'rent' })
    const made = await world.invoiceOf(alice)
    await world.settle(1_000)
    await bob.wallet.pay({ destination: world.invoice().invoice })
    const foreign = world.invoice()
    await owner.wallet.pay({ destination: foreign.invoice })
    const { items } = await alice.wallet.listPayments({ limit: 10 })
    expect(items.map(({ id }) => id).sort()).toEqual([paid.paymentId, made.paymentHash].sort())
    expect(items.find(({ id }) => id === paid.paymentId)).toMatchObject({ status: 'settled', memo: 'rent' })
    const own = await owner.wallet.listPayments({ limit: 10 })
    expect(own.items.map(({ paymentHash }) => paymentHash)).toEqual([foreign.paymentHash])
  })

  test('pages through its history without gap or repetition', async () => {
    const { world, alice } = await withTwo()
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      // some at the same moment
      if (i % 2 === 0) await world.settle(1_000)
      ids.push((await alice.wallet.pay({ destination: world.invoice().invoice })).paymentId)
      ids.push((await world.invoiceOf(alice)).paymentHash)
    }
    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await alice.wallet.listPayments({ limit: 3, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      if (cursor === undefined) break
    }
    expect([...seen].sort()).toEqual([...ids].sort())
    const settled = await alice.wallet.listPayments({ limit: 10, statuses: ['settled'] })
    expect(settled.items).toHaveLength(5)
    const incoming = await alice.wallet.listPayments({ limit: 10, direction: 'incoming' })
    expect(incoming.items.every(({ direction }) => direction === 'incoming')).toBe(true)
    expect(incoming.items).toHaveLength(5)
  })

  test.each(['', 'x', '1', `${10 ** 20}.pay_1`, '5.../../x'])('refuses %j as a cursor', async (cursor) => {
    const { alice } = await withTwo()
    await expect(alice.wallet.listPayments({ limit: 3, cursor })).rejects.toSatisfy(code('invalid_request'))
  })

  test('finds neither payments nor invoices of others by hash or id', async () => {
    const { world, owner, alice, bob } = await withTwo()
    const { invoice, paymentHash } = world.invoice()
    const { paymentId } = await alice.wallet.pay({ destination: invoice })
    const made = await world.invoiceOf(alice)
    for (const { wallet } of [bob, owner]) {
      expect(await wallet.getPayment({ paymentHash })).toBeUndefined()
      expect(await wallet.getPayment({ paymentId })).toBeUndefined()
      expect(await wallet.lookupInvoice({ paymentHash: made.paymentHash })).toBeUndefined()
      expect(await wallet.waitForPayment({ paymentHash: made.paymentHash, waitSeconds: 0 })).toEqual({})
    }
    expect(await alice.wallet.lookupInvoice({ paymentHash: made.paymentHash })).toMatchObject({
      status: 'open',
    })
  })

  test('does not see invoices of the node that no account made', async () => {
    const { world, alice } = await withTwo()
    const { paymentHash } = await world.shared.open().createInvoice({ expirySeconds: 60 })
    expect(await alice.wallet.lookupInvoice({ paymentHash })).toBeUndefined()
  })

  const learns = async (wallet: Wallet, destination: string, wanted: string, secrets: readonly string[]) => {
    await expect(wallet.pay({ destination })).rejects.toSatisfy((error) => {
      if (!LightningError.is(error) || error.code !== wanted) return false
      const told = `${error.message} ${error.hint}`
      return secrets.every((secret) => !told.includes(secret))
    })
  }

  test('learns that an invoice was paid or is being paid, and nothing else', async () => {
    const { world, owner, alice, bob } = await withTwo()
    const first = world.invoice()
    const paid = await alice.wallet.pay({ destination: first.invoice })
    const second = world.invoice()
    world.shared.scripts.push({ do: 'pending' })
    const open = await alice.wallet.pay({ destination: second.invoice, waitSeconds: 0 })
    for (const { wallet } of [bob, owner]) {
      await learns(wallet, first.invoice, 'already_paid', ['alice', paid.paymentId, first.preimage])
      await learns(wallet, second.invoice, 'in_progress', ['alice', open.paymentId, second.preimage])
    }
  })

  test('is told of its own events alone', async () => {
    const { world, alice, bob, owner } = await withTwo()
    const mine = await world.invoiceOf(alice)
    const theirs = await world.invoiceOf(bob)
    const unknown = await world.shared.open().createInvoice({ expirySeconds: 60 })
    const events: LightningEvent[] = [
      { type: 'gap' },
      ...[mine, theirs, unknown].map((invoice) => ({ type: 'invoice-created' as const, invoice })),
      { type: 'channel-opened', channelId: '1x1x1' },
    ]
    const seen = async (account: string, isTracked: boolean) => {
      const told: LightningEvent[] = []
      const stream = eventsOfAccount(
        (async function* () {
          yield* events
        })(),
        {
          account,
          isTracked,
          store: owner.store,
          identity: world.shared.identity,
          lookupInvoice: async () => undefined,
          wait: async () => {},
        },
      )
      for await (const event of stream) told.push(event)
      return told.map((event) => ('invoice' in event ? event.invoice.paymentHash : event.type))
    }
    expect(await seen('alice', true)).toEqual(['gap', mine.paymentHash])
    expect(await seen('default', false)).toEqual(['gap', unknown.paymentHash, 'channel-opened'])
  })

  test('is told that its invoice was paid, though the node calls it canceled', async () => {
    const { world, owner, alice, bob } = await withTwo()
    const made = await world.invoiceOf(bob)
    const stream = eventsOfAccount(
      (async function* () {
        yield { type: 'invoice-canceled' as const, invoice: { ...made, status: 'canceled' as const } }
      })(),
      {
        account: 'bob',
        isTracked: true,
        store: owner.store,
        identity: world.shared.identity,
        lookupInvoice: (paymentHash) => bob.wallet.lookupInvoice({ paymentHash }),
        wait: async () => {},
      },
    )
    await alice.wallet.pay({ destination: made.invoice })
    for await (const event of stream)
      expect(event).toMatchObject({ type: 'invoice-settled', invoice: { status: 'settled' } })
    expect.assertions(1)
  })
})
