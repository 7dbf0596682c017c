import { LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { BREAKER_RULES, listBreakers, resetBreakers } from '../../src/safety/breaker.ts'
import { afterFailure, type Breaker, passage, TRIAL_MS } from '../../src/safety/breaker-state.ts'
import type { Wallet } from '../../src/wallet.ts'
import type { Script } from '../support/fake-node.ts'
import { World } from '../support/world.ts'

const { destination: rule } = BREAKER_RULES
const HELD_BACK = { code: 'unavailable', sent: 'no', message: expect.stringMatching(/failed within/) }
const fails: Script = { do: 'fail' }

/** Pays a fresh invoice of the same recipient; answers the state, or the code of what was thrown. */
async function payOnce(world: World, wallet: Wallet, privateKey = '11'.repeat(32)): Promise<string> {
  try {
    return (await wallet.pay({ destination: world.invoice({ privateKey }).invoice, waitSeconds: 0 })).state
  } catch (error) {
    if (LightningError.is(error)) return error.code
    throw error
  }
}

async function payTimes(times: number, world: World, wallet: Wallet): Promise<void> {
  for (let i = 0; i < times; i++) await payOnce(world, wallet)
}

describe('the breaker of a destination', () => {
  it('ends a loop of doomed payments', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet } = await world.start()
    const states: string[] = []
    for (let i = 0; i < 40; i++) states.push(await payOnce(world, wallet))
    expect(states.slice(0, rule.failures)).toEqual(Array(rule.failures).fill('failed'))
    expect(new Set(states.slice(rule.failures))).toEqual(new Set(['unavailable']))
    expect(world.node.requests).toHaveLength(rule.failures)
    const refused = wallet.pay({ destination: world.invoice().invoice })
    await expect(refused).rejects.toMatchObject({
      ...HELD_BACK,
      message: expect.stringContaining(new Date(world.clock.now() + rule.firstPauseMs).toISOString()),
    })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  })

  it('leaves other recipients alone', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet } = await world.start()
    await payTimes(rule.failures, world, wallet)
    world.node.script = { do: 'settle' }
    expect(await payOnce(world, wallet)).toBe('unavailable')
    expect(await payOnce(world, wallet, '12'.repeat(32))).toBe('settled')
    expect((await wallet.getBudget()).paused).toBeUndefined()
  })

  it('is not closed by the fee of an earlier payment', async () => {
    const world = new World({ memory: true })
    const { wallet } = await world.start()
    world.node.script = { do: 'settle', feeProvisional: true }
    const first = await payOnce(world, wallet)
    expect(first).toBe('settled')
    world.node.script = fails
    await payTimes(rule.failures, world, wallet)
    const looked = world.node.lookups.length
    await world.clock.advance(rule.firstPauseMs / 2)
    expect(world.node.lookups.length).toBeGreaterThan(looked)
    expect(await payOnce(world, wallet)).toBe('unavailable')
    world.node.down = new LightningError({ code: 'unavailable', message: 'the node is down' })
    await world.clock.advance(rule.firstPauseMs / 4)
    world.node.down = undefined
    expect(await payOnce(world, wallet)).toBe('unavailable')
  })

  it('holds in another process and after a restart', async () => {
    const world = new World()
    world.node.script = fails
    const [one, two] = [await world.start(), await world.start()]
    await payTimes(rule.failures, world, one.wallet)
    expect(await payOnce(world, two.wallet)).toBe('unavailable')
    one.kill()
    two.kill()
    expect(await payOnce(world, (await world.start()).wallet)).toBe('unavailable')
  })

  it('lets one payment through to try, and closes when that settles', async () => {
    const world = new World()
    world.node.script = fails
    const [one, two] = [await world.start(), await world.start()]
    await payTimes(rule.failures, world, one.wallet)
    await world.clock.advance(rule.firstPauseMs)
    world.node.script = { do: 'pending' }
    const trial = world.invoice()
    expect((await one.wallet.pay({ destination: trial.invoice, waitSeconds: 0 })).state).toBe('dispatched')
    expect(await payOnce(world, one.wallet)).toBe('unavailable')
    expect(await payOnce(world, two.wallet)).toBe('unavailable')
    world.node.resolve(trial.paymentHash, 'settled')
    expect((await two.wallet.getPayment({ paymentHash: trial.paymentHash }))?.state).toBe('settled')
    world.node.script = { do: 'settle' }
    expect(await payOnce(world, two.wallet)).toBe('settled')
    expect(await listBreakers(one.store, world.clock.now())).toEqual([])
  })

  it('stays open twice as long after each failed trial', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet } = await world.start()
    await payTimes(rule.failures, world, wallet)
    for (const pauseMs of [rule.firstPauseMs, rule.firstPauseMs * 2, rule.firstPauseMs * 4]) {
      await world.clock.advance(pauseMs - 1)
      expect(await payOnce(world, wallet)).toBe('unavailable')
      await world.clock.advance(1)
      expect(await payOnce(world, wallet)).toBe('failed')
    }
  })

  it('lets nobody through whose payment a limit refuses, nor loses the trial by it', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet } = await world.start()
    await payTimes(rule.failures, world, wallet)
    await world.clock.advance(rule.firstPauseMs)
    const huge = wallet.pay({ destination: world.invoice({ amountMsat: 10n ** 12n }).invoice })
    await expect(huge).rejects.toMatchObject({ code: 'budget_exceeded' })
    world.node.script = { do: 'settle' }
    expect(await payOnce(world, wallet)).toBe('settled')
  })

  it('counts too little money against neither recipient nor node', async () => {
    const world = new World({ memory: true })
    const poor = new LightningError({ code: 'insufficient_balance', message: 'too little' })
    world.node.script = { do: 'throw', error: poor }
    const { wallet, store } = await world.start()
    await payTimes(rule.failures * 5, world, wallet)
    expect(await listBreakers(store, world.clock.now())).toEqual([
      { scope: 'account:default', state: 'counting', failures: rule.failures * 5 },
    ])
  })

  it('is shown to the owner and reset by them', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet, store } = await world.start()
    await payTimes(rule.failures, world, wallet)
    const [shown] = await listBreakers(store, world.clock.now())
    expect(shown).toMatchObject({ state: 'open', failures: rule.failures })
    expect(shown?.scope).toMatch(/^destination:default:0/)
    await resetBreakers(store, [shown?.scope ?? ''])
    expect(await payOnce(world, wallet)).toBe('failed')
  })
})

describe('the breaker of a backend', () => {
  const { backend } = BREAKER_RULES
  const away = new LightningError({ code: 'unavailable', message: 'the node is away', sent: 'no' })
  const key = (index: number) => (index + 16).toString(16).repeat(32)

  it.each<[string, Script]>([
    ['is away', { do: 'throw', error: away }],
    ['loses every answer', { do: 'lose-request' }],
  ])('stops every payment through one that %s', async (_, script) => {
    const world = new World({ memory: true })
    world.node.script = script
    const { wallet } = await world.start()
    for (let i = 0; i < backend.failures; i++) await payOnce(world, wallet, key(i))
    const sent = world.node.requests.length
    expect(sent).toBe(backend.failures)
    world.node.script = { do: 'settle' }
    expect(await payOnce(world, wallet, key(99))).toBe('unavailable')
    expect((await wallet.getBudget()).paused?.reason).toMatch(/through this node/)
    expect(world.node.requests).toHaveLength(sent)
    await world.clock.advance(backend.firstPauseMs)
    expect(await payOnce(world, wallet, key(99))).toBe('settled')
    expect(await payOnce(world, wallet, key(98))).toBe('settled')
  })

  it('does not count failures that speak of recipients', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet } = await world.start()
    for (let i = 0; i < backend.failures + 5; i++) expect(await payOnce(world, wallet, key(i))).toBe('failed')
  })
})

describe('the state of a breaker', () => {
  const opened = (nowMs: number): Breaker => {
    let breaker: Breaker | undefined
    for (let i = 0; i < rule.failures; i++)
      breaker = afterFailure(breaker ?? { scope: 'x' }, `pay_${i}`, rule, nowMs)
    if (breaker === undefined) throw new Error('no failure opens it')
    return breaker
  }

  it.each([
    ['one too few', [0, 1, 2, 3], 'freely'],
    ['enough at once', [0, 0, 0, 0, 0], 'no'],
    ['enough within the time', [0, 1, 2, 3, rule.withinMs - 1], 'no'],
    ['too far apart', [0, 1, 2, 3, rule.withinMs], 'freely'],
    ['a clock that jumps back between', [1000, 1000, 0, 0, 0], 'no'],
  ])('%s → %s', (_, timesMs, pass) => {
    let breaker: Breaker | undefined
    for (const atMs of timesMs) breaker = afterFailure(breaker ?? { scope: 'x' }, 'p', rule, atMs)
    expect(passage(breaker, timesMs.at(-1) ?? 0).pass).toBe(pass)
  })

  it('lets one try after the clock jumped back, however far', () => {
    const open = opened(1_000_000_000)
    expect(passage(open, 1_000_000_000).pass).toBe('no')
    expect(passage(open, 500).pass).toBe('as-trial')
    const onTrial = { ...open, trialId: 'p', trialUntilMs: 500 + TRIAL_MS }
    expect(passage(onTrial, 500).pass).toBe('no')
  })

  it('makes place for another trial when the first hangs', () => {
    const onTrial = { ...opened(0), trialId: 'p', trialUntilMs: rule.firstPauseMs + TRIAL_MS }
    expect(passage(onTrial, rule.firstPauseMs + TRIAL_MS - 1).pass).toBe('no')
    expect(passage(onTrial, rule.firstPauseMs + TRIAL_MS).pass).toBe('as-trial')
  })

  it('pauses no longer than the longest, and learns nothing from others than the trial', () => {
    let breaker = opened(0)
    for (let i = 0; i < 50; i++)
      breaker = afterFailure({ ...breaker, trialId: 'p', trialUntilMs: 1 }, 'p', rule, 0)
    expect(breaker.openUntilMs).toBe(rule.longestPauseMs)
    expect(afterFailure(breaker, 'another', rule, 5).openUntilMs).toBe(rule.longestPauseMs)
    expect(breaker.failuresMs).toHaveLength(rule.failures)
  })
})

describe('the breaker of an account', () => {
  const most = BREAKER_RULES.account.failures
  const key = (n: number): string => n.toString(16).padStart(64, '0')

  it('ends a loop of doomed payments to ever other recipients', async () => {
    const world = new World({ memory: true })
    world.node.script = fails
    const { wallet, store } = await world.start()
    const states: string[] = []
    for (let i = 1; i <= most + 20; i++) states.push(await payOnce(world, wallet, key(i)))
    expect(states.filter((state) => state === 'failed')).toHaveLength(most)
    expect(states.at(-1)).toBe('unavailable')
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
      ...HELD_BACK,
      message: expect.stringContaining('payments of this account'),
    })
    const [shown] = await listBreakers(store, world.clock.now())
    expect(shown).toMatchObject({ scope: 'account:default', state: 'open' })

    await world.clock.advance(BREAKER_RULES.account.firstPauseMs)
    world.node.script = { do: 'settle' }
    expect(await payOnce(world, wallet)).toBe('settled')
    expect(await payOnce(world, wallet, key(7))).toBe('settled')
  })

  it('counts addresses that give no invoice', async () => {
    const world = new World({ memory: true })
    const refused = async () => {
      throw new LightningError({ code: 'unavailable', message: 'nobody there' })
    }
    const { wallet } = await world.start({ resolver: { describe: refused, mint: refused } })
    const tries: string[] = []
    const pay = async (name: number) => {
      const asked = { destination: `u${name}@shop.example`, amountMsat: 1_000n as never, waitSeconds: 0 }
      const error = await wallet.pay(asked).then(
        ({ state }) => new Error(state),
        (thrown: unknown) => thrown as Error,
      )
      tries.push(/of this account failed/.test(error.message) ? 'held back' : 'tried')
      await world.clock.advance(0)
    }
    for (let i = 1; i <= most + 5; i++) await pay(i)
    expect(tries.filter((what) => what === 'tried')).toHaveLength(most)
    await world.clock.advance(BREAKER_RULES.account.firstPauseMs)
    for (let i = 1; i <= 5; i++) await pay(1_000 + i)
    expect(tries.slice(-5)).toEqual(['tried', ...Array(4).fill('held back')])
  })
})
