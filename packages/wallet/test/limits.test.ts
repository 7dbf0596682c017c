import { msat, narrowCapabilities } from '@lightning-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkLimits, feeCapFor } from '../src/limits.ts'
import { World } from './support/world.ts'

describe('limits', () => {
  test('the fee cap never exceeds the larger of share and floor', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2_100_000_000_000_000_000n }),
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        (amount, partsPerMillion, floor) => {
          const cap = feeCapFor(msat(amount), { partsPerMillion, floorMsat: msat(floor) })
          expect(cap >= floor).toBe(true)
          // never rounded up
          expect(cap === floor || cap * 1_000_000n <= amount * BigInt(partsPerMillion)).toBe(true)
        },
      ),
    )
  })

  test('a share that is no whole number is refused', () => {
    const maxFee = { partsPerMillion: 0.5, floorMsat: msat(0n) }
    expect(() => checkLimits({ maxFee })).toThrow('parts per million')
  })
})

describe('wallet', () => {
  test('a refusal is recorded, reserves nothing and sends nothing', async () => {
    const world = new World()
    const { wallet, store } = await world.start()
    const { invoice, paymentHash } = world.invoice({ amountMsat: 10_000_001n })
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'budget_exceeded',
      sent: 'no',
      message: expect.stringContaining('10000 sats'),
    })
    expect(await wallet.getPayment({ paymentHash })).toBeUndefined()
    expect(world.node.requests).toEqual([])
    const [decision] = await store.read((reader) => reader.decisions('default', 9))
    expect(decision).toMatchObject({
      verdict: 'refused',
      code: 'budget_exceeded',
      amountMsat: 10_000_001n,
      rules: [
        {
          rule: 'max_payment',
          scope: 'server',
          limitMsat: 10_000_000n,
          usedMsat: 10_000_001n,
          remainingMsat: 0n,
          allowed: false,
          binding: true,
        },
        { rule: 'max_fee', scope: 'server', allowed: true },
        { rule: 'max_per_day', limitMsat: 50_000_000n, remainingMsat: 39_899_999n, allowed: true },
      ],
    })
  })

  test('refusals in a loop do not fill the records', async () => {
    const world = new World()
    const { wallet, store } = await world.start()
    const { invoice: destination } = world.invoice({ amountMsat: 10_000_001n })
    const refusals = async (count: number) => {
      for (let i = 0; i < count; i++)
        await expect(wallet.pay({ destination })).rejects.toMatchObject({ code: 'budget_exceeded' })
      return (await store.read((reader) => reader.decisions('default', 2_000))).length
    }
    expect(await refusals(600)).toBe(500)
    // a payment that is made is on record all the same
    expect(await wallet.pay({ destination: world.invoice().invoice })).toMatchObject({ state: 'settled' })
    expect(await refusals(0)).toBe(501)
    await world.clock.advance(60_000)
    expect(await refusals(5)).toBe(502)
  })

  test('the fee limit reaches the backend', async () => {
    const world = new World()
    const { wallet } = await world.start()
    await wallet.pay({ destination: world.invoice().invoice })
    await wallet.pay({ destination: world.invoice().invoice, maxFeeMsat: msat(3n) })
    expect(world.node.requests.map(({ maxFeeMsat }) => maxFeeMsat)).toEqual([10_000n, 3n])
  })

  test('a backend without a fee limit spends only if the owner says so', async () => {
    const world = new World({ feeLimit: 'none' })
    const strict = await world.start()
    const { invoice } = world.invoice()
    await expect(strict.wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'unsupported' })
    const lax = await world.start({ limits: { allowUncappedFees: true } })
    expect(await lax.wallet.pay({ destination: invoice })).toMatchObject({ state: 'settled' })
  })

  test('a backend’s own worst fee must fit', async () => {
    const world = new World({ feeLimit: 'reserve-only' })
    const { wallet } = await world.start()
    world.node.feeMsat = msat(10_001n)
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
      code: 'fee_limit_exceeded',
    })
    world.node.feeMsat = msat(10_000n)
    expect(await wallet.pay({ destination: world.invoice().invoice })).toMatchObject({ state: 'settled' })
  })

  test('a credential that may only receive spends nothing', async () => {
    const { capabilities } = new World().node.profile
    const world = new World({
      capabilities: narrowCapabilities(capabilities, (capability) => capability !== 'payInvoice'),
    })
    const { wallet } = await world.start()
    const { invoice, paymentHash } = world.invoice()
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'permission_denied' })
    expect(await wallet.getPayment({ paymentHash })).toBeUndefined()
    expect(wallet.capabilities.payInvoice).toBe('none')
  })

  test('the budget shows cap, reserved and spent', async () => {
    const world = new World()
    const { wallet } = await world.start()
    await wallet.pay({ destination: world.invoice().invoice })
    world.node.script = { do: 'pending' }
    await wallet.pay({ destination: world.invoice({ amountMsat: 5_000n }).invoice, waitSeconds: 0 })
    expect(await wallet.getBudget()).toEqual({
      maxPaymentMsat: 10_000_000n,
      defaultFee: { partsPerMillion: 10_000, floorMsat: 10_000n },
      rules: [
        {
          rule: 'max_payment',
          scope: 'server',
          limitMsat: 10_000_000n,
          remainingMsat: 10_000_000n,
          allowed: true,
          binding: true,
        },
        {
          rule: 'max_fee',
          scope: 'server',
          detail: 'the larger of 1 % of the amount and 10 sats',
          allowed: true,
        },
        {
          rule: 'max_per_day',
          scope: 'server',
          limitMsat: 50_000_000n,
          usedMsat: 1_016_000n,
          remainingMsat: 48_984_000n,
          allowed: true,
        },
      ],
      reservedMsat: 15_000n,
      spentMsat: 1_001_000n,
    })
  })
})
