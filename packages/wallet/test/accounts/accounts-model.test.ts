import { LightningError, msat } from '@lightning-mcp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { transfer } from '../../src/accounts/transfer.ts'
import { INSIDE_STEP, STEPS, type StepName } from '../../src/steps.ts'
import type { Script } from '../support/fake-node.ts'
import type { CancelScript } from '../support/shared-node.ts'
import { type MadeInvoice, recompute, SharedWorld } from '../support/shared-world.ts'
import { STORE } from '../support/stores.ts'
import { until } from '../support/test-clock.ts'
import type { TestProcess } from '../support/world.ts'

const TRACKED = ['alice', 'bob', 'carol'] as const
const ALL = [...TRACKED, 'default'] as const
const FUNDED = 20_000_000n
const BEGUN_WITH = 3_000_000n

type Name = (typeof ALL)[number]
type Command =
  | { do: 'give'; to: number; msat: bigint }
  | { do: 'take'; from: number; msat: bigint }
  | { do: 'pay'; by: number[]; msat: bigint; script: Script }
  | { do: 'invoice'; by: number; msat: bigint }
  | { do: 'inside'; by: number[]; which: number; cancel: CancelScript }
  | { do: 'arrive'; which: number; extra: bigint }
  | { do: 'crash'; who: number; at: StepName | undefined }
  | { do: 'wait'; ms: number }
  | { do: 'resolve'; which: number; status: 'settled' | 'failed' }

const outcome = fc.constantFrom('settled' as const, 'failed' as const, 'pending' as const)
const script: fc.Arbitrary<Script> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Script>({ do: 'settle' }) },
  fc.constant<Script>({ do: 'fail' }),
  fc.constant<Script>({ do: 'pending' }),
  fc.record({ do: fc.constant('lose-reply' as const), outcome }),
  fc.constant<Script>({ do: 'lose-request' }),
)
const amount = fc.bigInt({ min: 1n, max: 3_000_000n })
const who = fc.nat(ALL.length - 1)
const tracked = fc.nat(TRACKED.length - 1)
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('give' as const), to: tracked, msat: amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take' as const), from: tracked, msat: amount }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      by: fc.array(who, { minLength: 1, maxLength: 3 }),
      msat: amount,
      script,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('invoice' as const), by: who, msat: amount }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('inside' as const),
      by: fc.array(who, { minLength: 1, maxLength: 3 }),
      which: fc.nat(5),
      cancel: fc.constantFrom<CancelScript>('cancel', 'cancel', 'lose-request', 'lose-reply', 'refuse'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('arrive' as const),
      which: fc.nat(5),
      extra: fc.constantFrom(0n, 0n, 7n),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      who,
      at: fc.option(fc.constantFrom<StepName>(...STEPS, INSIDE_STEP), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 900, 16_000, 45_000, 90_000, 4_000_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('resolve' as const),
      which: fc.nat(9),
      status: fc.constantFrom('settled' as const, 'failed' as const),
    }),
  },
)

/** One process for each account; they come and go. The node keeps count of what really moved. */
class Play {
  readonly world = new SharedWorld({ fundedMsat: FUNDED })
  readonly processes = new Map<Name, TestProcess>()
  readonly invoices: (MadeInvoice & { by: Name })[] = []
  given = 0n

  async open(name: Name, dieAt?: StepName): Promise<void> {
    this.processes.get(name)?.kill()
    const process = await this.world.start({
      account: name,
      limits: { maxPaymentMsat: msat(100_000_000n) },
      ...(dieAt === undefined ? {} : { dieAt }),
    })
    this.processes.set(name, process)
  }

  of(name: Name | undefined): TestProcess {
    return this.processes.get(name ?? 'default') as TestProcess
  }

  get store() {
    return this.of('default').store
  }

  async begin(): Promise<void> {
    await this.open('default')
    for (const name of TRACKED) {
      await this.world.tracked(this.store, name, BEGUN_WITH)
      this.given += BEGUN_WITH
      await this.open(name)
    }
    for (const by of ALL) await this.run({ do: 'invoice', by: ALL.indexOf(by), msat: 1_000_000n })
  }

  async run(step: Command): Promise<void> {
    const { world } = this
    const settle = () => world.settle()
    switch (step.do) {
      case 'give':
      case 'take': {
        const account = TRACKED[step.do === 'give' ? step.to : step.from] as Name
        const amountMsat = step.do === 'give' ? step.msat : -step.msat
        const done =
          step.do === 'give'
            ? world.give(this.store, account, step.msat)
            : transfer(this.store, { account, amountMsat, nowMs: world.clock.now() })
        await done.then(() => {
          this.given += amountMsat
        }, refusedWith('insufficient_balance'))
        return
      }
      case 'pay': {
        world.shared.script = step.script
        for (const by of step.by) this.pay(ALL[by], world.invoice({ amountMsat: step.msat }).invoice)
        return settle()
      }
      case 'invoice': {
        const by = ALL[step.by] as Name
        const made = await Promise.race([
          world.invoiceOf(this.of(by), step.msat),
          // of a dead process nothing comes
          this.patience(),
        ])
        if (made !== undefined) this.invoices.push({ ...made, by })
        return
      }
      case 'inside': {
        const made = this.invoices[step.which % Math.max(1, this.invoices.length)]
        if (made === undefined) return
        world.shared.cancelScript = step.cancel
        for (const by of step.by) this.pay(ALL[by], made.invoice)
        return settle()
      }
      case 'arrive': {
        const made = this.invoices[step.which % Math.max(1, this.invoices.length)]
        if (made !== undefined)
          world.shared.payFromOutside(made.paymentHash, (made.amountMsat ?? 0n) + step.extra)
        return settle()
      }
      case 'crash':
        return this.open(ALL[step.who] as Name, step.at)
      case 'wait':
        return step.ms > 100_000 ? world.clock.jump(step.ms) : world.settle(step.ms)
      case 'resolve': {
        const pending = [...world.shared.payments.values()].filter(({ status }) => status === 'pending')
        const hash = pending[step.which % Math.max(1, pending.length)]?.paymentHash
        if (hash !== undefined) world.shared.resolve(hash, step.status)
      }
    }
  }

  async patience(): Promise<undefined> {
    for (let i = 0; i < 20; i++) await this.world.settle()
  }

  pay(name: Name | undefined, destination: string): void {
    this.of(name)
      .wallet.pay({ destination, waitSeconds: 0 })
      .catch((error) => expect(LightningError.is(error)).toBe(true))
  }

  holdings() {
    return this.store.read((reader) => reader.holdingsOn(this.world.shared.identity))
  }

  /** What must be so after every command. */
  async check(): Promise<void> {
    const { shared } = this.world
    for (const times of shared.moved.values()) expect(times).toBeLessThanOrEqual(1)
    // an invoice of this node never left it
    for (const { invoice } of shared.requests)
      expect(this.invoices.some((made) => made.invoice === invoice)).toBe(false)
    const holdings = await this.holdings()
    for (const { fundsMsat, reservedMsat } of holdings) {
      expect(fundsMsat).toBeGreaterThanOrEqual(0n)
      expect(reservedMsat).toBeGreaterThanOrEqual(0n)
    }
    const freeMsat = holdings.reduce((sum, { fundsMsat }) => sum + fundsMsat, 0n)
    expect(shared.spendableMsat).toBeGreaterThanOrEqual(freeMsat)
    await recompute(this.store)
  }

  /** Everything under way ends; nothing stays reserved, and the ledger says what really moved. */
  async end(): Promise<void> {
    const { world } = this
    const { shared } = world
    shared.cancelScript = 'cancel'
    await world.settle(60_000)
    for (const process of this.processes.values()) process.kill()
    for (const { status, paymentHash } of shared.payments.values())
      if (status === 'pending') shared.resolve(paymentHash, 'settled')
    await this.open('default')
    for (let i = 0; i < 6; i++) await world.settle(40_000)
    for (let i = 0; i < 3; i++) await world.clock.jump(4_000_000)
    await world.clock.jump(90_000_000)
    await world.settle(60_000)
    await this.check()
    const rows = await this.store.read((reader) => reader.journalAfter(0, 100_000))
    const isTracked = (name: string) => (TRACKED as readonly string[]).includes(name)
    const sumOf = (event: string, of: (name: string) => boolean) =>
      rows
        .filter((row) => row.event === event && of(row.account))
        .reduce((sum, row) => sum + row.fundsMsat, 0n)
    const balances = await this.store.read((reader) => reader.balances())
    for (const { reservedMsat } of balances) expect(reservedMsat).toBe(0n)
    // by the node's books: what came to invoices of tracked accounts, each once
    const arrivedMsat = this.invoices
      .filter(({ by }) => isTracked(by))
      .reduce((sum, { paymentHash }) => sum + (shared.invoices.get(paymentHash)?.receivedMsat ?? 0n), 0n)
    expect(sumOf('received', isTracked)).toBe(arrivedMsat)
    expect(sumOf('covered', () => true)).toBe(0n)
    // everything that left the node was paid by somebody, and nothing else was but inside
    const insideMsat = sumOf('received-inside', () => true)
    const paidMsat = balances.reduce((sum, { paidMsat, feesMsat }) => sum + paidMsat + feesMsat, 0n)
    expect(paidMsat).toBe(shared.outMsat + insideMsat)
    const trackedMsat = (await this.holdings()).reduce((sum, { fundsMsat }) => sum + fundsMsat, 0n)
    const paidByTracked = balances
      .filter(({ account }) => isTracked(account))
      .reduce((sum, { paidMsat, feesMsat }) => sum + paidMsat + feesMsat, 0n)
    expect(trackedMsat).toBe(this.given + arrivedMsat + sumOf('received-inside', isTracked) - paidByTracked)
    for (const process of this.processes.values()) process.kill()
    await this.store.close()
  }
}

const refusedWith = (code: string) => (error: unknown) => {
  expect(LightningError.is(error) && error.code).toBe(code)
}

const RUNS = Number(process.env['LIGHTNING_MCP_RUNS'] ?? (STORE === 'postgres' ? 6 : 40))

test('whatever happens, no account goes below zero and no msat is lost', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30, size: 'max' }), async (commands) => {
      const play = new Play()
      await play.begin()
      await until(() => play.processes.size === ALL.length)
      for (const step of commands) {
        await play.run(step)
        await play.check()
      }
      await play.end()
    }),
    { numRuns: RUNS },
  )
})
