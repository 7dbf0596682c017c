import { LightningError, msat, type PaymentHash } from '@lightning-mcp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Intent } from '../src/intents/intent.ts'
import { auditLedger } from '../src/ledger/audit.ts'
import { STEPS, type StepName } from '../src/steps.ts'
import type { Script } from './support/fake-node.ts'
import { FakeService } from './support/fake-service.ts'
import { STORE } from './support/stores.ts'
import { type TestProcess, World } from './support/world.ts'

const AMOUNT = 1_000_000n
const MAX_FEE = 10_000n
const FEE = 1_000n

type Command =
  | { do: 'pay'; what: number; key: number | undefined; script: Script; process: number }
  | { do: 'crash'; process: number; at: StepName | undefined }
  | { do: 'ask'; process: number; which: number }
  | { do: 'wait'; ms: number }
  | { do: 'resolve'; which: number; status: 'settled' | 'failed' }

const outcome = fc.constantFrom('settled' as const, 'failed' as const, 'pending' as const)
const script: fc.Arbitrary<Script> = fc.oneof(
  fc.constant<Script>({ do: 'settle' }),
  fc.record({ do: fc.constant('fail' as const), sameHashRetryable: fc.boolean() }),
  fc.constant<Script>({ do: 'pending' }),
  fc.record({ do: fc.constant('lose-reply' as const), outcome }),
  fc.record({ do: fc.constant('break' as const), outcome }),
  fc.constant<Script>({ do: 'lose-request' }),
  fc.record({ do: fc.constant('late' as const), afterMs: fc.integer({ min: 1, max: 29_000 }), outcome }),
  fc.record({
    do: fc.constant('slow' as const),
    afterMs: fc.constantFrom(1_000, 80_000, 150_000),
    outcome,
  }),
  fc.record({ do: fc.constant('hang' as const), outcome }),
  fc.constant<Script>({ do: 'hang-before' }),
  fc.constantFrom('unavailable', 'no_route', 'already_paid', 'in_progress', 'internal').map(
    (code): Script => ({
      do: 'throw',
      error: new LightningError({ code: code as 'no_route', message: code }),
    }),
  ),
)
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      // invoices 0 to 2, addresses 3 and 4
      what: fc.integer({ min: 0, max: 4 }),
      key: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      script,
      process: fc.integer({ min: 0, max: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      process: fc.integer({ min: 0, max: 1 }),
      at: fc.option(fc.constantFrom(...STEPS), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      process: fc.integer({ min: 0, max: 1 }),
      which: fc.nat(9),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 900, 16_000, 45_000, 90_000, 700_000),
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

/** Two processes that come and go on one store, and a node that keeps count of what really moved. */
class Play {
  readonly world = new World({ memory: true })
  readonly service = new FakeService(this.world)
  readonly invoices = [0, 1, 2].map(() => this.world.invoice({ expirySeconds: 10_000_000 }))
  readonly processes: TestProcess[] = []

  async open(process: number, dieAt?: StepName): Promise<void> {
    this.processes[process]?.kill()
    this.processes[process] = await this.world.start({
      resolver: this.service,
      ...(dieAt === undefined ? {} : { dieAt }),
    })
  }

  async run(step: Command): Promise<void> {
    const { world } = this
    switch (step.do) {
      case 'pay': {
        world.node.script = step.script
        const request =
          step.what < 3
            ? { destination: this.invoices[step.what]!.invoice }
            : { destination: `bob${step.what}@example.com`, amountMsat: msat(AMOUNT) }
        const key = step.key === undefined ? {} : { idempotencyKey: `${step.what}-${step.key}` }
        this.processes[step.process]?.wallet.pay({ ...request, ...key, waitSeconds: 0 }).catch((error) => {
          expect(LightningError.is(error)).toBe(true)
        })
        return world.clock.advance(0)
      }
      case 'crash':
        return this.open(step.process, step.at)
      case 'ask': {
        const hashes = [...world.node.secrets.keys()] as PaymentHash[]
        const paymentHash = hashes[step.which % hashes.length]
        if (paymentHash !== undefined) void this.processes[step.process]?.wallet.getPayment({ paymentHash })
        return world.clock.advance(0)
      }
      case 'wait':
        return step.ms > 100_000 ? world.clock.jump(step.ms) : world.clock.advance(step.ms)
      case 'resolve': {
        const pending = [...world.node.payments.values()].filter(({ status }) => status === 'pending')
        const hash = pending[step.which % Math.max(1, pending.length)]?.paymentHash
        if (hash !== undefined) world.node.resolve(hash, step.status)
      }
    }
  }

  async intents(): Promise<readonly Intent[]> {
    const { store } = this.processes[0]!
    const hashes = [...this.world.node.secrets.keys()]
    return store.read((reader) => reader.intentsByHashes('default', hashes as never))
  }

  /** What must be so after every command. */
  async check(): Promise<void> {
    const { node } = this.world
    for (const times of node.moved.values()) expect(times).toBeLessThanOrEqual(1)
    let reserved = 0n
    let spent = 0n
    for (const intent of await this.intents()) {
      const truth = node.payments.get(intent.paymentHash!)?.status
      if (intent.state === 'settled') expect(truth).toBe('settled')
      if (intent.state === 'settled') spent += AMOUNT + FEE
      if (intent.state === 'dispatched') reserved += AMOUNT + MAX_FEE
      // called failed: nothing of it is or will be under way, unless another intent of the hash sent it again
      if (intent.state === 'failed' && !(await this.isLive(intent)))
        expect(node.moved.get(intent.paymentHash!) ?? 0).toBe(0)
    }
    const totals = await this.processes[0]!.store.read((reader) => reader.balance('default'))
    expect(totals.reservedMsat).toBe(reserved)
    expect(totals.paidMsat + totals.feesMsat).toBe(spent)
    // no failure was ever taken back
    const decisions = await this.processes[0]!.store.read((reader) => reader.decisions('default', 1_000))
    expect(decisions.filter(({ verdict }) => verdict === 'alarm')).toEqual([])
  }

  async isLive({ paymentHash }: Intent): Promise<boolean> {
    const live = await this.processes[0]!.store.read((reader) => reader.liveIntentByHash(paymentHash!))
    return live !== undefined
  }

  /** Everything under way ends; nothing may stay reserved, and what is booked is what moved. */
  async end(): Promise<void> {
    const { node, clock } = this.world
    await clock.advance(60_000)
    for (const process of this.processes) process.kill()
    for (const { status, paymentHash } of node.payments.values())
      if (status === 'pending') node.resolve(paymentHash, 'settled')
    await this.open(0)
    for (let i = 0; i < 6; i++) await clock.advance(40_000)
    for (let i = 0; i < 3; i++) await clock.jump(4_000_000)
    await this.check()
    const settled = [...node.payments.values()].filter(({ status }) => status === 'settled')
    const totals = await this.processes[0]!.store.read((reader) => reader.balance('default'))
    expect(totals.reservedMsat).toBe(0n)
    expect(totals.paidMsat + totals.feesMsat).toBe(BigInt(settled.length) * (AMOUNT + FEE))
    const { findings } = await auditLedger({ store: this.processes[0]!.store, nowMs: clock.now() })
    expect(findings).toEqual([])
    this.processes[0]!.kill()
    await this.processes[0]!.store.close()
  }
}

test('whatever happens, a hash is paid once and the books agree', { timeout: 480_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), async (commands) => {
      const play = new Play()
      await play.open(0)
      await play.open(1)
      for (const step of commands) {
        await play.run(step)
        await play.check()
      }
      await play.end()
    }),
    { numRuns: Number(process.env['LIGHTNING_MCP_RUNS'] ?? (STORE === 'postgres' ? 20 : 250)) },
  )
})
