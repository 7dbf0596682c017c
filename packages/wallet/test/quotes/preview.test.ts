import { LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { World } from '../support/world.ts'
import { bob, start } from './support.ts'

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
