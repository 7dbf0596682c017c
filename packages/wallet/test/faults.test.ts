import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connectSimulatedNetwork,
  createSimulatedNetwork,
  DEFAULT_TOPOLOGY,
  serveSimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import { type DestinationResolver, LightningError, msat, sat } from '@lightning-mcp/core'
import {
  composeLayers,
  withCapabilityCheck,
  withErrorContext,
  withRetry,
  withTimeout,
} from '@lightning-mcp/layers'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { pause } from '../src/clock.ts'
import { createWallet } from '../src/create-wallet.ts'
import type { PaymentRequest } from '../src/wallet.ts'
import { FAULT_KINDS, type FaultKind, openFaultProxy, type Passing } from './support/fault-proxy.ts'
import { quickClock } from './support/quick-clock.ts'
import { leftThe } from './support/settle.ts'
import { openFreshStore, STORE } from './support/stores.ts'

const AMOUNT = msat(200_000n)
/** Half a minute of proof in a second. */
const SPEED = 30
const PAYERS = 400
/** So often the client repeats its call at most. */
const PATIENCE = 25

const folder = mkdtempSync(join(tmpdir(), 'wallet-faults-'))
const names = Array.from({ length: PAYERS }, (_, i) => `payer-${i}`)
const network = createSimulatedNetwork({
  latencyMs: 5,
  topology: {
    nodes: [...DEFAULT_TOPOLOGY.nodes, ...names.map((name) => ({ name, onchainSat: sat(200_000n) }))],
    channels: [
      ...DEFAULT_TOPOLOGY.channels,
      ...names.map((name) => ({ between: [name, 'hub'] as const, capacitySat: sat(100_000n) })),
    ],
  },
})
const target = join(folder, 'network.sock')
const server = await serveSimulatedNetwork({ network, socketPath: target })
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

type To = 'an address' | 'an invoice'
type Plan = (message: Passing) => FaultKind | undefined
let next = 0

/** One wallet whose messages meet with faults; pays until that is over, and what the node says afterwards. */
async function payThrough(plan: Plan, to: To): Promise<void> {
  const name = names[next++]
  if (name === undefined) throw new Error('more payers are needed')
  const truth = network.wallet(name)
  const hashes: Parameters<typeof truth.lookupPayment>[0][] = []
  const mint = async () => {
    const { invoice, paymentHash } = await truth.controls.createTestInvoice({ amountMsat: AMOUNT })
    hashes.push({ paymentHash })
    return invoice
  }
  const statuses = async () =>
    (await Promise.all(hashes.map((hash) => truth.lookupPayment(hash)))).map((payment) => payment?.status)

  let sentAgain = 0
  const socketPath = join(folder, `${name}.sock`)
  const proxy = await openFaultProxy({
    socketPath,
    target,
    faultFor: plan,
    delayMs: 10_000 / SPEED,
    onRequest(call) {
      if (call !== 'payInvoice') return
      void statuses().then((all) => {
        if (all.some((status) => status === 'pending' || status === 'settled')) sentAgain++
      })
    },
  })
  const remote = await connectSimulatedNetwork({ socketPath })
  const { clock, layerClock } = quickClock(SPEED)
  const resolver: DestinationResolver = {
    describe: async () => ({
      domain: 'shop.example',
      minMsat: msat(1n),
      maxMsat: msat(10_000_000n),
      commentAllowed: 0,
      description: '',
    }),
    mint: async ({ destination }) => ({
      ...(await resolver.describe({ destination })),
      invoice: await mint(),
      warnings: [],
    }),
  }
  const store = openFreshStore()
  const alarms: string[] = []
  const wallet = createWallet({
    backend: composeLayers(remote.wallet(name), [
      withErrorContext,
      (inner) => withTimeout(inner, { clock: layerClock }),
      (inner) => withRetry(inner, { clock: layerClock }),
      withCapabilityCheck,
    ]),
    resolver,
    store,
    clock,
    log: { info() {}, warn() {}, error: (message) => alarms.push(message) },
  })
  try {
    await wallet.start()
    const request: PaymentRequest =
      to === 'an invoice'
        ? { destination: await mint(), waitSeconds: 20 }
        : { destination: 'bob@shop.example', amountMsat: AMOUNT, waitSeconds: 20 }
    const pay = async () => {
      try {
        return (await wallet.pay(request)).state
      } catch (error) {
        expect(LightningError.is(error)).toBe(true)
        return (error as LightningError).code
      }
    }
    let states: string[] = []
    for (let tries = 0; tries < PATIENCE && states.join() !== 'settled,settled'; tries++) {
      states = await Promise.all([pay(), pay()])
      // who is told that the node cannot be reached does not ask again at once
      if (states.includes('unavailable')) await pause(clock, 5_000)
      if (states.includes('failed')) expect(['pending', 'settled']).not.toContain((await statuses()).at(-1))
    }
    expect(states).toEqual(['settled', 'settled'])

    // what is still on its way arrives
    await pause(clock, 15_000)
    const money = await leftThe(truth)
    expect(money).toMatchObject({ payments: 1, open: 0 })
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: money.sumMsat })
    expect(sentAgain).toBe(0)
    expect(alarms).toEqual([])
  } finally {
    await wallet.stop()
    await proxy.close()
    remote.close()
  }
}

/** The fault at the first so many messages of the kind. */
const first = (fault: FaultKind, at: Passing, times: number): Plan => {
  let left = times
  return ({ from, call }) => (from === at.from && call === at.call && left-- > 0 ? fault : undefined)
}

const MOMENTS: readonly Passing[] = ['getInfo', 'payInvoice', 'lookupPayment'].flatMap((call) => [
  { from: 'wallet', call },
  { from: 'node', call },
])

// the way to the node is the same whatever the database
describe.skipIf(STORE === 'postgres').concurrent('a fault of the way to the node', () => {
  const cases = FAULT_KINDS.flatMap((fault) =>
    MOMENTS.flatMap(({ from, call }) => [1, 2].map((times) => ({ fault, from, call, times }))),
  ).filter(({ call, times }) => call !== 'getInfo' || times === 1)
  test.each(cases)(
    '$fault, $times times, of what the $from says in $call: one payment',
    { timeout: 120_000 },
    async ({ fault, from, call, times }) => {
      // a look-up is asked for only where the answer to the payment was lost
      const lost =
        call === 'lookupPayment' ? first('cut-after', { from: 'wallet', call: 'payInvoice' }, 1) : undefined
      const here = first(fault, { from, call }, times)
      await payThrough(
        (message) => lost?.(message) ?? here(message),
        times === 1 ? 'an address' : 'an invoice',
      )
    },
  )
})

test.skipIf(STORE === 'postgres')(
  'whatever becomes of the messages, one payment',
  { timeout: 240_000 },
  async () => {
    const fate = fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.constantFrom(...FAULT_KINDS) },
    )
    const fates = fc.array(fate, { minLength: 3, maxLength: 14 })
    await fc.assert(
      fc.asyncProperty(fc.array(fates, { minLength: 12, maxLength: 12 }), async (worlds) => {
        await Promise.all(
          worlds.map((list, index) => {
            const left = [...list]
            return payThrough(() => left.shift(), index % 2 === 0 ? 'an address' : 'an invoice')
          }),
        )
      }),
      { numRuns: Number(process.env['LIGHTNING_MCP_FAULT_RUNS'] ?? 8), endOnFailure: true },
    )
  },
)
