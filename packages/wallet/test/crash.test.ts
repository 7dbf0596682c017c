import { msat } from '@lightning-mcp/core'
import { afterAll, describe, expect, test } from 'vitest'
import { STEPS } from '../src/steps.ts'
import type { ChildCall } from './support/child-order.ts'
import { type SimulatorStage, startNetwork } from './support/processes.ts'
import { callUntilSettled, leftThe } from './support/settle.ts'
import { STORE } from './support/stores.ts'

const AMOUNT_MSAT = 200_000n
type To = 'an address' | 'an invoice'
/** On the second database one way through all moments is enough. */
const DESTINATIONS: readonly To[] = STORE === 'postgres' ? ['an address'] : ['an address', 'an invoice']

const network = await startNetwork(150)
afterAll(() => network.close())

async function callTo(to: To, { payer }: SimulatorStage): Promise<ChildCall> {
  if (to === 'an address')
    return { destination: 'bob@shop.example', amountMsat: `${AMOUNT_MSAT}`, waitSeconds: 60 }
  const { invoice } = await payer.controls.createTestInvoice({ amountMsat: msat(AMOUNT_MSAT) })
  return { destination: invoice, waitSeconds: 60 }
}

/** A wallet that was killed before, at the first moments in turn, lives on undisturbed: which moments has its life? */
async function momentsAfter(to: To, killed: readonly string[]): Promise<readonly string[]> {
  const stage = network.stage()
  const call = await callTo(to, stage)
  for (const dieAt of killed) await stage.run({ calls: [call], dieAt })
  const answer = await stage.run({ calls: [call] })
  await stage.payer.close()
  return answer?.moments ?? []
}

/** The client repeats its call until the wallet answers; then the node's books are read. */
async function expectOnePayment(stage: SimulatorStage, call: ChildCall, beforeMsat: bigint): Promise<void> {
  const answer = await callUntilSettled(stage, [call, call])
  expect(answer.outcomes).toMatchObject([{ state: 'settled' }, { state: 'settled' }])
  const money = await leftThe(stage.payer)
  expect(money).toMatchObject({ payments: 1, open: 0 })
  expect(answer).toMatchObject({ reservedMsat: '0', spentMsat: `${money.sumMsat}` })
  expect(beforeMsat - (await stage.payer.getBalance()).spendableMsat).toBe(money.sumMsat)
  expect(stage.notes()).toEqual([])
  await stage.payer.close()
}

const lives = await Promise.all(DESTINATIONS.map(async (to) => ({ to, moments: await momentsAfter(to, []) })))

test('the moments are all steps, the sending and each commit', () => {
  for (const { to, moments } of lives) {
    const steps = STEPS.filter((step) => to === 'an address' || !['created', 'minted'].includes(step))
    expect(moments).toEqual(expect.arrayContaining([...steps, 'sent', 'commit', 'committed#2']))
  }
})

describe.concurrent('killed with SIGKILL', () => {
  const cases = lives.flatMap(({ to, moments }) => moments.map((dieAt) => ({ to, dieAt })))
  test.each(cases)('paying $to, at $dieAt: the same call pays once', { timeout: 120_000 }, async (given) => {
    for (let killed = false, tries = 0; !killed; tries++) {
      const stage = network.stage()
      const before = (await stage.payer.getBalance()).spendableMsat
      const call = await callTo(given.to, stage)
      killed = (await stage.run({ calls: [call], dieAt: given.dieAt })) === undefined
      await expectOnePayment(stage, call, before)
      // what waits at the same time shares a commit, so that there may be one fewer
      if (!killed) expect(tries).toBeLessThan(5)
    }
  })
})

// The node has the payment; nobody has it; an invoice was asked for: what the next process finds out.
const recoveries = await Promise.all(
  (STORE === 'postgres'
    ? []
    : ([
        ['an invoice', 'sent'],
        ['an invoice', 'before-send'],
        ['an address', 'minted'],
      ] as const)
  ).map(async ([to, first]) => ({ to, first, moments: await momentsAfter(to, [first]) })),
)

// what the second process reads, the one store tells it as well as the other
describe.skipIf(STORE === 'postgres').concurrent('killed again while it recovers', () => {
  const cases = recoveries.flatMap(({ to, first, moments }) => {
    // looks that find nothing repeat themselves until they are believed
    const telling = moments.filter((moment) => !moment.startsWith('committed'))
    const chosen = new Set([...telling.slice(0, 3), ...telling.slice(-2)])
    return [...chosen].map((dieAt) => ({ to, first, dieAt }))
  })
  test.each(cases)(
    'paying $to, at $first, then twice at $dieAt: the same call pays once',
    { timeout: 120_000 },
    async ({ to, first, dieAt }) => {
      const stage = network.stage()
      const before = (await stage.payer.getBalance()).spendableMsat
      const call = await callTo(to, stage)
      expect(await stage.run({ calls: [call], dieAt: first })).toBeUndefined()
      for (let times = 0; times < 2; times++) await stage.run({ calls: [call], dieAt })
      await expectOnePayment(stage, call, before)
    },
  )
})

test.skipIf(STORE === 'postgres')('the moments of a recovery are its look-ups and commits', () => {
  for (const { to, moments } of recoveries)
    if (to === 'an invoice')
      expect(moments).toEqual(expect.arrayContaining(['asking', 'told', 'commit#4', 'committed#4']))
})

describe('two processes at once', () => {
  test('make one payment of each hash and key', { timeout: 120_000 }, async () => {
    const stage = network.stage()
    const { payer, run } = stage
    const invoices = await Promise.all(
      Array.from({ length: 10 }, () => payer.controls.createTestInvoice({ amountMsat: msat(AMOUNT_MSAT) })),
    )
    const calls = [
      ...invoices.flatMap(({ invoice }) => [
        { destination: invoice, waitSeconds: 60 },
        { destination: invoice, waitSeconds: 60 },
      ]),
      ...keyedCalls(10),
    ]
    // real time: nothing here waits for a proof
    const answers = await Promise.all([run({ calls, speed: 1 }), run({ calls, speed: 1 })])
    const outcomes = answers.flatMap((answer) => answer?.outcomes ?? [])
    expect(outcomes).toHaveLength(60)
    expect(outcomes.filter(({ state }) => state !== 'settled')).toEqual([])
    expect(outcomes.filter(({ replayed }) => replayed === false)).toHaveLength(20)
    expect(await leftThe(payer)).toMatchObject({ payments: 20, open: 0 })
    expect(answers.map((answer) => answer?.reservedMsat)).toContain('0')
    await payer.close()
  })

  // a server of its own takes several times as long for each
  const keys = STORE === 'postgres' ? 250 : 1_000
  test(`make one payment of each of ${keys} keys`, { timeout: 240_000 }, async () => {
    const { payer, run, notes } = network.stage()
    const calls = keyedCalls(keys, 1_000n)
    const order = { calls, speed: 1, atOnce: 25 }
    const answers = await Promise.all([run(order), run(order)])
    const ids = answers.map((answer) => answer?.outcomes.map(({ paymentId }) => paymentId))
    expect(ids[0]).toEqual(ids[1])
    expect(new Set(ids[0]).size).toBe(keys)
    expect(answers.flatMap((answer) => answer?.outcomes).filter((one) => one?.state !== 'settled')).toEqual(
      [],
    )
    expect(await leftThe(payer)).toMatchObject({ payments: keys, open: 0 })
    expect(notes()).toEqual([])
    await payer.close()
  })

  test('with a fresh key per retry pay an address once while nobody knows', {
    timeout: 120_000,
  }, async () => {
    const stage = network.stage()
    const { payer, run } = stage
    const call = (idempotencyKey?: string): ChildCall => ({
      destination: 'bob@shop.example',
      amountMsat: `${AMOUNT_MSAT}`,
      waitSeconds: 5,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
    await network.holdNextHtlc()
    const first = { ...call('first'), waitSeconds: 60 }
    expect(await run({ calls: [first], dieAt: 'sent' })).toBeUndefined()
    for (let retry = 0; retry < 3; retry++) {
      const answers = await Promise.all(
        ['a', 'b'].map((process) =>
          run({ calls: [call(`${process}${retry}`), call(`${process}${retry}-2`)] }),
        ),
      )
      for (const answer of answers)
        expect(answer?.outcomes).toEqual([{ code: 'in_progress' }, { code: 'in_progress' }])
    }
    expect(await leftThe(payer)).toMatchObject({ payments: 0, open: 1 })
    await network.releaseHeldHtlcs('forward')
    const answer = await callUntilSettled(stage, [call('first'), call()])
    expect(answer.outcomes).toMatchObject([{ state: 'settled' }, { state: 'settled', replayed: true }])
    expect(await leftThe(payer)).toMatchObject({ payments: 1, open: 0 })
    expect(answer.reservedMsat).toBe('0')
    await payer.close()
  })
})

const keyedCalls = (count: number, amountMsat = AMOUNT_MSAT): ChildCall[] =>
  Array.from({ length: count }, (_, i) => ({
    destination: `bob${i}@shop.example`,
    amountMsat: `${amountMsat}`,
    idempotencyKey: `key-${i}`,
    waitSeconds: 60,
  }))
