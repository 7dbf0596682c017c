import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { freeForOthersMsat, shortfallMsat } from '../../src/accounts/solvency.ts'
import { transfer } from '../../src/accounts/transfer.ts'
import { intent } from '../support/intents.ts'
import { alarmsOf, balanceOf, fundsOf, SharedWorld } from '../support/shared-world.ts'

const code = (wanted: string) => (error: unknown) => LightningError.is(error) && error.code === wanted

async function withAlice(holdsMsat = 5_000_000n, fundedMsat = 20_000_000n) {
  const world = new SharedWorld({ fundedMsat })
  const errors: string[] = []
  const log = { info: () => {}, warn: () => {}, error: (text: string) => void errors.push(text) }
  const owner = await world.start({ log })
  await world.tracked(owner.store, 'alice', holdsMsat)
  const alice = await world.start({ account: 'alice', log })
  return { world, store: owner.store, owner, alice, errors }
}

describe('a shortfall', () => {
  test('stops tracked accounts, alarms once, and ends when the node is whole again', async () => {
    const { world, store, alice, errors } = await withAlice()
    world.shared.fundedMsat = 4_999_999n
    const destination = world.invoice().invoice
    await expect(alice.wallet.pay({ destination })).rejects.toSatisfy(code('spending_paused'))
    await world.settle(10_000)
    expect(await alarmsOf(store, 'alice')).toMatchObject([{ code: 'spending_paused' }])
    expect(await alarmsOf(store, 'default')).toHaveLength(1)
    expect(errors.filter((text) => text.includes('less than'))).toHaveLength(1)
    await world.settle(180_000)
    expect(await alarmsOf(store, 'alice')).toHaveLength(1)
    await expect(alice.wallet.pay({ destination })).rejects.toSatisfy(code('spending_paused'))
    world.shared.fundedMsat = 5_000_000n
    expect((await alice.wallet.pay({ destination })).state).toBe('settled')
  })

  test('is found on the schedule, without any payment', async () => {
    const { world, store } = await withAlice()
    world.shared.fundedMsat = 1_000_000n
    await world.settle(70_000)
    expect(await alarmsOf(store, 'default')).toHaveLength(1)
  })

  test('tells an account nothing of the others’ balances', async () => {
    const { world, store } = await withAlice()
    await world.tracked(store, 'bob', 7_000_000n)
    world.shared.fundedMsat = 1_000_000n
    await world.settle(70_000)
    const [alarm] = await alarmsOf(store, 'alice')
    const told = JSON.stringify(alarm, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(told).not.toMatch(/bob|\d{4,} sats|7,?000|11,?000/)
  })

  test('is not what a payment in flight looks like', async () => {
    const { world, store, alice } = await withAlice(5_000_000n, 5_000_000n)
    world.shared.feeMsat = msat(0n)
    world.shared.scripts.push({ do: 'pending' })
    const first = world.invoice()
    await alice.wallet.pay({ destination: first.invoice, waitSeconds: 0 })
    await world.settle(70_000)
    expect((await alice.wallet.pay({ destination: world.invoice().invoice })).state).toBe('settled')
    world.shared.resolve(first.paymentHash, 'failed')
    await world.settle(120_000)
    expect(await alarmsOf(store, 'default')).toEqual([])
    expect(await fundsOf(store, 'alice')).toBe(4_000_000n)
  })
})

describe('a node that does not say what it can spend', () => {
  const away = new LightningError({ code: 'unavailable', message: 'away' })

  test('is believed for a minute, then nothing is spent', async () => {
    const { world, alice } = await withAlice()
    expect((await alice.wallet.pay({ destination: world.invoice().invoice })).state).toBe('settled')
    world.shared.balanceFault = away
    await world.settle(30_000)
    expect((await alice.wallet.pay({ destination: world.invoice().invoice })).state).toBe('settled')
    await world.settle(40_000)
    const destination = world.invoice().invoice
    await expect(alice.wallet.pay({ destination })).rejects.toSatisfy(code('unavailable'))
    world.shared.balanceFault = undefined
    expect((await alice.wallet.pay({ destination })).state).toBe('settled')
  })

  test('gives nothing to an account', async () => {
    const { store } = await withAlice()
    const credit = transfer(store, { account: 'alice', amountMsat: 1n })
    await expect(credit).rejects.toSatisfy(code('unavailable'))
  })
})

describe('an account of its own beside tracked ones', () => {
  test('sees and spends only what they leave', async () => {
    const { world, owner, alice, store } = await withAlice(5_000_000n, 7_000_000n)
    expect(await owner.wallet.getBalance()).toMatchObject({
      spendableMsat: 2_000_000n,
      account: { name: 'default', kind: 'own' },
    })
    const large = world.invoice({ amountMsat: 2_000_000n }).invoice
    await expect(owner.wallet.pay({ destination: large })).rejects.toSatisfy(code('insufficient_balance'))
    expect(await balanceOf(store, 'default')).toMatchObject({ reservedMsat: 0n })
    const fits = world.invoice({ amountMsat: 1_980_000n }).invoice
    expect((await owner.wallet.pay({ destination: fits })).state).toBe('settled')
    expect((await alice.wallet.pay({ destination: world.invoice().invoice })).state).toBe('settled')
  })

  test('cannot race for their money with parallel calls', async () => {
    const { world, owner, store } = await withAlice(5_000_000n, 8_000_000n)
    const second = await world.start()
    world.shared.feeMsat = msat(0n)
    const calls = Array.from({ length: 12 }, (_, index) =>
      [owner, second][index % 2]!.wallet.pay({
        destination: world.invoice().invoice,
        maxFeeMsat: msat(0n),
        waitSeconds: 0,
      }),
    )
    await Promise.allSettled(calls)
    await world.settle()
    expect(world.shared.spendableMsat).toBeGreaterThanOrEqual(5_000_000n)
    expect(await fundsOf(store, 'default')).toBeLessThan(0n)
  })

  test('is not given to another while it is in use', async () => {
    const { world, store } = await withAlice(5_000_000n, 6_000_000n)
    await expect(world.give(store, 'alice', 1_000_001n)).rejects.toSatisfy(code('insufficient_balance'))
    await world.give(store, 'alice', 1_000_000n)
    expect(await fundsOf(store, 'alice')).toBe(6_000_000n)
  })

  test('spends as ever where no account was made', async () => {
    const world = new SharedWorld({ fundedMsat: 0n })
    const { wallet } = await world.start()
    expect((await wallet.pay({ destination: world.invoice().invoice })).state).toBe('settled')
  })
})

describe('what is spent of a shared node', () => {
  test.each(['onchain', 'channel-open', 'channel-close', 'splice-in', 'splice-out'] as const)(
    'a tracked account does no %s',
    async (kind) => {
      const { world, store } = await withAlice()
      const { SolvencyGuard } = await import('../../src/accounts/solvency-guard.ts')
      const { Connection } = await import('../../src/backend/connection.ts')
      const clock = world.clock.process()
      const connection = new Connection({ backend: world.shared.open(), clock })
      const guard = new SolvencyGuard({ connection, store, clock, onAlarm: () => {} })
      await guard.prepare(world.shared.identity)
      const check = store.read(async (reader) =>
        guard.gate.check(reader, {
          account: 'alice',
          identity: world.shared.identity,
          kind,
          destination: intent().destination,
          amountMsat: msat(1n),
          nowMs: clock.now(),
          meta: await reader.getMetas(['accounts']),
        }),
      )
      await expect(check).rejects.toSatisfy(code('permission_denied'))
    },
  )
})

describe('the figures', () => {
  const figure = { spendableMsat: msat(100n), seq: 0, atMs: 0 }
  const account = (fundsMsat: bigint, reservedMsat = 0n, kind: 'own' | 'tracked' = 'tracked') => ({
    name: 'x',
    kind,
    closed: false,
    fundsMsat,
    reservedMsat,
  })
  test.each([
    { name: 'nothing held', holdings: [], short: 0n, free: 100n },
    { name: 'all held', holdings: [account(60n), account(40n)], short: 0n, free: 0n },
    { name: 'more held', holdings: [account(60n), account(41n)], short: 1n, free: -1n },
    {
      name: 'an account of its own holds nothing',
      holdings: [account(-50n, 0n, 'own')],
      short: 0n,
      free: 100n,
    },
    { name: 'what is reserved may have left', holdings: [account(100n, 30n)], short: 0n, free: -30n },
    { name: 'what rose since came later', holdings: [account(110n)], rosen: 10n, short: 0n, free: -10n },
    { name: 'what was spent since is gone', holdings: [account(60n)], spent: 30n, short: 0n, free: 10n },
    { name: 'what others reserved is not free', holdings: [account(60n)], others: 30n, short: 0n, free: 10n },
  ])('$name', ({ holdings, short, free, rosen = 0n, spent = 0n, others = 0n }) => {
    const moves = { rosenMsat: rosen, spentMsat: spent }
    expect(shortfallMsat({ figure, moves, holdings })).toBe(short)
    expect(freeForOthersMsat({ figure, moves, holdings, reservedByOthersMsat: others })).toBe(free)
  })
})
