import { describe, expect, it } from 'vitest'
import { rest } from '../support/test-clock.ts'
import { World } from '../support/world.ts'

const DAY_MS = 86_400_000

/** Payments whose replies were lost, so that somebody has to look them up. */
async function withUnknown(world: World, count: number, outcome: 'settled' | 'pending' = 'settled') {
  const sender = await world.start()
  const invoices = Array.from({ length: count }, () => world.invoice({ expirySeconds: 3600 }))
  for (const { invoice } of invoices) {
    world.node.scripts.push({ do: 'lose-reply', outcome })
    await sender.wallet.pay({ destination: invoice, waitSeconds: 0 })
  }
  sender.kill()
  return invoices
}

describe('the reconciler’s lease', () => {
  it('has one of two processes look up what is open', async () => {
    const world = new World()
    const invoices = await withUnknown(world, 12)
    await world.clock.advance(60_000)
    world.node.lookups.length = 0
    const [one, two] = [world.open(), world.open()]
    await Promise.all([one.wallet.start(), two.wallet.start()])
    await world.clock.advance(30_000)
    expect([...world.node.lookups].sort()).toEqual(invoices.map(({ paymentHash }) => paymentHash).sort())
    for (const { paymentHash } of invoices)
      expect((await two.wallet.getPayment({ paymentHash }))?.state).toBe('settled')
  })

  it('is taken over from a process that was killed', async () => {
    const world = new World()
    const invoices = await withUnknown(world, 3)
    await world.clock.advance(60_000)
    let hangs = true
    const { node } = world
    const open = node.open.bind(node)
    node.open = (alive) => {
      const backend = open(alive)
      const { lookupPayment } = backend
      return hangs
        ? { ...backend, lookupPayment: () => new Promise(() => {}) }
        : { ...backend, lookupPayment }
    }
    const holder = await world.start()
    await rest()
    hangs = false
    const heir = await world.start()
    await world.clock.advance(20_000)
    expect(node.lookups).toHaveLength(0)
    holder.kill()
    await world.clock.advance(60_000)
    expect(new Set(node.lookups)).toEqual(new Set(invoices.map(({ paymentHash }) => paymentHash)))
    for (const { paymentHash } of invoices)
      expect((await heir.wallet.getPayment({ paymentHash }))?.state).toBe('settled')
  })

  it('keeps nobody from asking for one payment', async () => {
    const world = new World()
    const [lost] = await withUnknown(world, 1)
    await world.clock.advance(60_000)
    const { wallet, store } = world.open()
    const { identity } = world.node.profile
    const name = `reconciler:${identity.kind}:${identity.network}:${identity.id}`
    const nowMs = world.clock.now()
    await store.transaction((writer) =>
      writer.takeLease({ name, owner: 'another', nowMs, untilMs: nowMs + DAY_MS }),
    )
    await wallet.start()
    await rest()
    expect(world.node.lookups).toHaveLength(0)
    const { paymentHash } = lost ?? world.invoice()
    expect((await wallet.getPayment({ paymentHash }))?.state).toBe('settled')
  })

  it('is not held for ever by a clock that was put back', async () => {
    const world = new World()
    const { store } = world.open()
    const take = (owner: string, nowMs: number) =>
      store.transaction((writer) => writer.takeLease({ name: 'x', owner, nowMs, untilMs: nowMs + 1000 }))
    expect(await take('one', 5_000_000)).toBe(true)
    expect(await take('two', 5_000_999)).toBe(false)
    expect(await take('one', 5_000_999)).toBe(true)
    expect(await take('two', 1_000)).toBe(true)
    expect(await take('one', 1_500)).toBe(false)
    expect(await take('one', 2_000)).toBe(true)
  })

  it('resolves payments that were stuck for days', async () => {
    const world = new World()
    const [held, gone] = await withUnknown(world, 2, 'pending')
    const { wallet } = await world.start()
    for (let day = 0; day < 3; day++) await world.clock.jump(DAY_MS)
    const stuck = await wallet.getPayment({ paymentHash: held?.paymentHash ?? world.invoice().paymentHash })
    expect(stuck).toMatchObject({ state: 'dispatched', outcome: 'pending' })
    expect((await wallet.getBudget()).reservedMsat).toBeGreaterThan(0n)
    world.node.resolve(held?.paymentHash ?? '', 'settled')
    world.node.resolve(gone?.paymentHash ?? '', 'failed')
    await world.clock.jump(3_700_000)
    await world.clock.advance(60_000)
    const items = await Promise.all(
      [held, gone].map((invoice) =>
        wallet.getPayment({ paymentHash: (invoice ?? world.invoice()).paymentHash }),
      ),
    )
    expect(items.map((item) => item?.state)).toEqual(['settled', 'failed'])
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  })
})
