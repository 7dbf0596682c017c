import { type Msat, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import type { PaymentRequest } from '../../src/wallet.ts'
import { FakeService } from '../support/fake-service.ts'
import { accountPolicy, OwnedWorld } from '../support/owned-world.ts'
import type { TestProcess } from '../support/world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Scene {
  world: OwnedWorld
  process: TestProcess
  service: FakeService
  /** Pays so many sats to a fresh invoice, or to an address. `settled`, or why not. */
  pay(sats: number, request?: Partial<PaymentRequest> & { privateKey?: string }): Promise<string>
}

/** A wallet with a policy and a network without fees. */
async function scene(limits: object, { feeMsat = 0n }: { feeMsat?: bigint } = {}): Promise<Scene> {
  const world = new OwnedWorld()
  world.node.feeMsat = msat(feeMsat)
  world.put(accountPolicy(1, limits))
  const service = new FakeService(world)
  const process = await world.start({ resolver: service })
  return {
    world,
    process,
    service,
    async pay(sats, { destination, privateKey, ...request } = {}) {
      const amountMsat = BigInt(sats) * 1_000n
      const whom =
        destination === undefined
          ? {
              destination: world.invoice({
                amountMsat,
                expirySeconds: 60 * 86_400,
                ...(privateKey === undefined ? {} : { privateKey }),
              }).invoice,
            }
          : { destination, amountMsat: amountMsat as Msat }
      try {
        return (await process.wallet.pay({ ...whom, ...request })).state
      } catch (error) {
        return (error as { code?: string }).code ?? String(error)
      }
    },
  }
}

describe('a rolling window', () => {
  const windows: [string, string, number, number][] = [
    ['an hour', 'maxPerHourSats', HOUR, MINUTE],
    ['a day', 'maxPerDaySats', DAY, 15 * MINUTE],
    ['30 days', 'maxPer30DaysSats', 30 * DAY, 6 * HOUR],
  ]
  // from the first moment of a step, and from its last
  test.each(
    windows.flatMap(([name, limit, windowMs, stepMs]) =>
      [0, stepMs - 1].map((offsetMs) => ({ name, limit, windowMs, stepMs, offsetMs })),
    ),
  )(
    'of $name is full until it has moved on, from $offsetMs ms',
    async ({ limit, windowMs, stepMs, offsetMs }) => {
      const { world, pay } = await scene({ maxPerDaySats: 1_000, [limit]: 100 })
      await world.clock.jump(6 * HOUR - (world.clock.now() % (6 * HOUR)) + offsetMs)
      expect(await pay(100)).toBe('settled')
      expect(await pay(1)).toBe('budget_exceeded')
      await world.clock.jump(windowMs)
      expect(await pay(1)).toBe('budget_exceeded')
      // never too small, and longer by one step at most
      await world.clock.jump(stepMs)
      expect(await pay(100)).toBe('settled')
    },
  )

  test('gives back bit by bit', async () => {
    const { world, pay } = await scene({ maxPerHourSats: 100 })
    expect(await pay(60)).toBe('settled')
    await world.clock.advance(30 * MINUTE)
    expect(await pay(40)).toBe('settled')
    await world.clock.advance(31 * MINUTE)
    expect(await pay(61)).toBe('budget_exceeded')
    expect(await pay(60)).toBe('settled')
  })

  test('of a lifetime never comes back', async () => {
    const { world, pay } = await scene({ maxLifetimeSats: 100, maxPerDaySats: 1_000 })
    expect(await pay(100)).toBe('settled')
    await world.clock.jump(400 * DAY)
    expect(await pay(1)).toBe('budget_exceeded')
  })

  test('of a minute counts payments, failed ones too', async () => {
    const { world, pay } = await scene({ maxPaymentsPerMinute: 2 })
    world.node.scripts.push({ do: 'fail', sameHashRetryable: false })
    expect(await pay(1)).toBe('failed')
    expect(await pay(1)).toBe('settled')
    expect(await pay(1)).toBe('rate_limited')
    await world.clock.advance(MINUTE - 1)
    expect(await pay(1)).toBe('rate_limited')
    await world.clock.advance(5_001)
    expect(await pay(1)).toBe('settled')
  })

  test('a refused payment takes nothing of it', async () => {
    const { pay } = await scene({ maxPerHourSats: 100, maxPaymentsPerMinute: 2 })
    for (let i = 0; i < 5; i++) expect(await pay(101)).toBe('budget_exceeded')
    expect(await pay(100)).toBe('settled')
  })
})

describe('a clock that jumps back', () => {
  test.each([
    ['an hour', 'maxPerHourSats'],
    ['a day', 'maxPerDaySats'],
    ['30 days', 'maxPer30DaysSats'],
  ])('gives nothing of %s back', async (_, limit) => {
    const { world, pay } = await scene({ maxPerDaySats: 1_000, [limit]: 100 })
    expect(await pay(100)).toBe('settled')
    await world.clock.jump(-365 * DAY)
    expect(await pay(1)).toBe('spending_paused')
    await world.clock.jump(365 * DAY + MINUTE)
    expect(await pay(1)).toBe('budget_exceeded')
  })

  test('gives nothing of a minute back', async () => {
    const { world, pay } = await scene({ maxPaymentsPerMinute: 1 })
    expect(await pay(1)).toBe('settled')
    await world.clock.jump(-30_000)
    expect(await pay(1)).toBe('rate_limited')
  })

  test('stops spending in words that say why, and no payment is charged to the past', async () => {
    const { world, process, pay } = await scene({ maxPerDaySats: 100 })
    expect(await pay(10)).toBe('settled')
    await world.clock.jump(-2 * DAY)
    const { invoice } = world.invoice({ amountMsat: 50_000n })
    await expect(process.wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'spending_paused',
      message: expect.stringMatching(/^the clock says .* and a payment of .* is on record: it was put back$/),
      hint: expect.stringContaining('set the clock'),
    })
    await world.clock.jump(2 * DAY)
    expect(await pay(90)).toBe('settled')
    expect(await pay(1)).toBe('budget_exceeded')
  })
})

describe('what counts', () => {
  test('amount and largest fee while it is open, the real cost once it is known', async () => {
    const { world, process, pay } = await scene({ maxPerDaySats: 110, maxFeeSats: 10 }, { feeMsat: 2_000n })
    world.node.script = { do: 'pending' }
    const { invoice, paymentHash } = world.invoice({ amountMsat: 100_000n })
    const { paymentId } = await process.wallet.pay({ destination: invoice, waitSeconds: 0 })
    expect(await pay(1, { maxFeeMsat: msat(0n) })).toBe('budget_exceeded')
    world.node.script = { do: 'settle' }
    world.node.resolve(paymentHash, 'settled')
    await world.clock.advance(2 * MINUTE)
    expect(await process.wallet.getPayment({ paymentId })).toMatchObject({
      state: 'settled',
      feeMsat: 2_000n,
    })
    expect(await pay(7)).toBe('budget_exceeded')
    // 100 and 2 are spent
    world.node.feeMsat = msat(0n)
    expect(await pay(9, { maxFeeMsat: msat(0n) })).toBe('budget_exceeded')
    expect(await pay(8, { maxFeeMsat: msat(0n) })).toBe('settled')
  })

  test('a proven failure gives back what it held', async () => {
    const { world, pay } = await scene({ maxPerDaySats: 100 })
    world.node.scripts.push({ do: 'fail' })
    expect(await pay(100)).toBe('failed')
    expect(await pay(100)).toBe('settled')
  })

  test('an unknown outcome keeps what it holds', async () => {
    const { world, process, pay } = await scene({ maxPerDaySats: 100 })
    world.node.script = { do: 'lose-request' }
    const { invoice } = world.invoice({ amountMsat: 100_000n })
    expect(await process.wallet.pay({ destination: invoice, waitSeconds: 0 })).toMatchObject({
      state: 'dispatched',
    })
    world.node.script = { do: 'settle' }
    expect(await pay(1)).toBe('budget_exceeded')
  })

  test('a further attempt is judged anew', async () => {
    const { world, process, pay } = await scene({ maxPerDaySats: 100 })
    world.node.scripts.push({ do: 'fail' })
    const { invoice } = world.invoice({ amountMsat: 60_000n })
    expect(await process.wallet.pay({ destination: invoice })).toMatchObject({
      state: 'failed',
      retry: 'same-call',
    })
    expect(await pay(60)).toBe('settled')
    await expect(process.wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'budget_exceeded',
    })
  })

  test('a payment to an address is judged when its invoice is there', async () => {
    const { pay, service, world } = await scene({ maxPerDaySats: 100, deny: ['*@evil.example'] })
    expect(await pay(60, { destination: 'bob@shop.example' })).toBe('settled')
    expect(await pay(60, { destination: 'eve@shop.example' })).toBe('budget_exceeded')
    const minted = service.minted.length
    expect(await pay(1, { destination: 'eve@evil.example' })).toBe('permission_denied')
    expect(service.minted).toHaveLength(minted)
    expect(world.node.requests).toHaveLength(1)
  })

  test('the node of a minted invoice is judged too', async () => {
    const { world, pay } = await scene({})
    const { invoice } = world.invoice()
    const { decodeInvoice } = await import('@lightning-mcp/codec')
    world.put(accountPolicy(2, { deny: [decodeInvoice(invoice).payee] }))
    expect(await pay(5, { destination: 'bob@shop.example' })).toBe('permission_denied')
    expect(world.node.requests).toEqual([])
    world.put(accountPolicy(3, { allow: [decodeInvoice(invoice).payee] }))
    expect(await pay(6, { destination: 'bob@shop.example' })).toBe('settled')
  })
})

describe('a budget', () => {
  const limits = {
    maxPerDaySats: 100,
    budgets: {
      search: { destinations: ['*@search.example'], maxPerDaySats: 10 },
      books: { maxPerDaySats: 50 },
    },
  }

  test('binds what is for it, and the account everything', async () => {
    const { pay } = await scene(limits)
    expect(await pay(10, { destination: 'a@search.example' })).toBe('settled')
    expect(await pay(1, { destination: 'b@search.example' })).toBe('budget_exceeded')
    expect(await pay(50, { budget: 'books' })).toBe('settled')
    expect(await pay(1, { budget: 'books' })).toBe('budget_exceeded')
    expect(await pay(40)).toBe('settled')
    expect(await pay(1)).toBe('budget_exceeded')
  })

  test('that there is not is refused', async () => {
    const { pay, world } = await scene(limits)
    expect(await pay(1, { budget: 'book' })).toBe('invalid_request')
    expect(world.node.requests).toEqual([])
  })

  test('shows what is left of it', async () => {
    const { pay, process } = await scene(limits)
    await pay(4, { destination: 'a@search.example' })
    await pay(20, { budget: 'books' })
    const { rules } = await process.wallet.getBudget()
    expect(
      rules
        .filter(({ rule }) => rule === 'max_per_day')
        .map(({ scope, usedMsat, remainingMsat }) => [scope, usedMsat, remainingMsat]),
    ).toEqual([
      ['account:default/budget:search', 4_000n, 6_000n],
      ['account:default/budget:books', 20_000n, 30_000n],
      ['account:default', 24_000n, 76_000n],
    ])
  })

  test('is told by a preview with its margins', async () => {
    const { process, world } = await scene(limits)
    const { invoice } = world.invoice({ amountMsat: 51_000n })
    expect(await process.wallet.preview({ destination: invoice, budget: 'books' })).toMatchObject({
      verdict: { allowed: false, code: 'budget_exceeded' },
    })
    expect(await process.wallet.preview({ destination: invoice })).toMatchObject({
      verdict: { allowed: true },
    })
  })
})

describe('hours and expiry', () => {
  test('stop spending and let it go on', async () => {
    const { world, pay } = await scene({ maxPerDaySats: 1_000 })
    const minute = new Date(world.clock.now()).toISOString().slice(11, 16)
    world.put(accountPolicy(2, { activeHours: { timeZone: 'UTC', from: minute, to: '24:00' } }))
    expect(await pay(1)).toBe('settled')
    await world.clock.jump(DAY - MINUTE)
    expect(await pay(1)).toBe('spending_paused')
    await world.clock.advance(MINUTE)
    expect(await pay(1)).toBe('settled')
  })

  test('an expired account spends nothing', async () => {
    const { world, pay } = await scene({ expiresAt: new Date(1_800_000_000_000 + HOUR).toISOString() })
    expect(await pay(1)).toBe('settled')
    await world.clock.advance(HOUR)
    expect(await pay(1)).toBe('permission_denied')
  })
})

describe('a first payment', () => {
  test('to a node is new until one was settled', async () => {
    const { world, process, pay } = await scene({})
    expect(await pay(1, { privateKey: '11'.repeat(32) })).toBe('settled')
    world.node.scripts.push({ do: 'fail' })
    expect(await pay(1, { privateKey: '12'.repeat(32) })).toBe('failed')
    world.put(accountPolicy(2, { approveNewDestinations: true }))
    const verdict = async (privateKey: string) => {
      const { invoice } = world.invoice({ privateKey })
      return (await process.wallet.preview({ destination: invoice })).verdict.code
    }
    expect(await verdict('11'.repeat(32))).toBeUndefined()
    expect(await verdict('12'.repeat(32))).toBe('approval_required')
    expect(await verdict('13'.repeat(32))).toBe('approval_required')
  })

  test('to an address is new, whatever its node', async () => {
    const { world, process, pay } = await scene({})
    expect(await pay(1, { destination: 'bob@shop.example' })).toBe('settled')
    world.put(accountPolicy(2, { approveNewDestinations: true }))
    const verdict = async (destination: string, amountMsat?: Msat) =>
      (await process.wallet.preview({ destination, ...(amountMsat === undefined ? {} : { amountMsat }) }))
        .verdict.code
    expect(await verdict('bob@shop.example', msat(2_000n))).toBeUndefined()
    expect(await verdict('eve@shop.example', msat(2_000n))).toBe('approval_required')
    // the service's node, which everybody there shares
    expect(await verdict(world.invoice({ amountMsat: 5_000n }).invoice)).toBe('approval_required')
  })
})
