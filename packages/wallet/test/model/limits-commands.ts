import { LightningError } from '@lightning-mcp/core'
import fc from 'fast-check'
import { STEPS, type StepName } from '../../src/steps.ts'
import type { Script } from '../support/fake-node.ts'
import type { LimitsPlay } from './limits-play.ts'
import { ACCOUNTS, type Asked, type PlayLimits, PROCESSES } from './limits-scene.ts'

type Model = Record<string, never>
type Command = fc.AsyncCommand<Model, LimitsPlay>

const command = (name: string, run: (play: LimitsPlay) => Promise<unknown>): Command => ({
  check: () => true,
  async run(_, play) {
    await run(play)
    await play.check()
  },
  toString: () => name,
})

const outcome = fc.constantFrom('settled' as const, 'failed' as const, 'pending' as const)
const script: fc.Arbitrary<Script> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Script>({ do: 'settle' }) },
  fc.constant<Script>({ do: 'settle', feeProvisional: true }),
  fc.record({ do: fc.constant('fail' as const), sameHashRetryable: fc.boolean() }),
  fc.constant<Script>({ do: 'pending' }),
  fc.record({ do: fc.constant('lose-reply' as const), outcome }),
  fc.record({ do: fc.constant('break' as const), outcome }),
  fc.constant<Script>({ do: 'lose-request' }),
  fc.record({ do: fc.constant('late' as const), afterMs: fc.integer({ min: 1, max: 29_000 }), outcome }),
  fc.record({ do: fc.constant('slow' as const), afterMs: fc.constantFrom(1_000, 80_000), outcome }),
  fc.record({ do: fc.constant('hang' as const), outcome }),
  fc.constant<Script>({ do: 'hang-before' }),
  fc.constantFrom('unavailable', 'no_route').map(
    (code): Script => ({
      do: 'throw',
      error: new LightningError({ code: code as 'no_route', message: code }),
    }),
  ),
)

const asked: fc.Arbitrary<Asked> = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  amount: fc.constantFrom(1, 90, 100, 101, 250, 501),
  maxFee: fc.constantFrom(1, 5, 10),
  budget: fc.boolean(),
})

export const limits: fc.Arbitrary<PlayLimits> = fc.record({
  server: fc.record({ maxPerDaySats: fc.constantFrom(500, 1_500, 100_000) }),
  alice: fc.record({
    maxPaymentSats: fc.constantFrom(100, 500, 1_000),
    maxPerHourSats: fc.constantFrom(300, 800, 100_000),
    maxPaymentsPerMinute: fc.constantFrom(2, 4, 100),
  }),
  bob: fc.record({
    maxPerDaySats: fc.constantFrom(300, 1_200, 100_000),
    maxLifetimeSats: fc.constantFrom(700, 2_000, 100_000),
  }),
  budget: fc.record({ maxPerHourSats: fc.constantFrom(100, 260, 100_000) }),
  credited: fc.constantFrom(200, 900, 50_000),
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const pay: fc.Arbitrary<Command> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: asked }, { weight: 1, arbitrary: fc.nat(9) }), {
      minLength: 1,
      maxLength: 4,
    }),
    script,
  )
  .map(([payments, does]) =>
    command(`pay ${JSON.stringify(payments)} ${JSON.stringify(does)}`, (play) => play.pay(payments, does)),
  )
const crash: fc.Arbitrary<Command> = fc
  .tuple(fc.constantFrom(...PROCESSES), fc.option(fc.constantFrom<StepName>(...STEPS), { nil: undefined }))
  .map(([[account, process], at]) =>
    command(`crash ${account}${process} ${at}`, (play) => play.open(account, process, at)),
  )
const wait: fc.Arbitrary<Command> = fc
  .constantFrom(
    0,
    900,
    16_000,
    45_000,
    90_000,
    20 * MINUTE,
    HOUR - 1,
    HOUR + MINUTE,
    25 * HOUR,
    31 * 24 * HOUR,
  )
  .map((ms) => command(`wait ${ms}`, (play) => play.wait(ms)))
const edge: fc.Arbitrary<Command> = fc
  .tuple(fc.nat(9), fc.constantFrom(MINUTE, HOUR, 24 * HOUR), fc.constantFrom(-1, 15 * MINUTE))
  .map(([which, windowMs, offsetMs]) =>
    command(`wait for ${windowMs} after charge ${which}, and ${offsetMs}`, (play) =>
      play.waitForEdge(which, windowMs, offsetMs),
    ),
  )
const back: fc.Arbitrary<Command> = fc
  .constantFrom(1_000, 2 * MINUTE, 2 * HOUR, 26 * HOUR, 32 * 24 * HOUR)
  .map((ms) => command(`clock back ${ms}`, (play) => play.clockBack(ms)))
const ask: fc.Arbitrary<Command> = fc
  .nat(9)
  .map((which) => command(`ask ${which}`, (play) => play.ask(which)))
const resolve: fc.Arbitrary<Command> = fc
  .tuple(fc.nat(9), fc.constantFrom('settled' as const, 'failed' as const))
  .map(([which, status]) => command(`resolve ${which} ${status}`, (play) => play.resolve(which, status)))

/** Every way in which money is asked for, held up, lost sight of, moved and found again. */
export const commands = fc.commands([pay, pay, pay, pay, wait, edge, edge, crash, back, ask, resolve], {
  maxCommands: 18,
})
