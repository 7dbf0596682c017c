import { type LightningError, msat } from '@lightning-mcp/core'
import { requireNodes } from '@lightning-mcp/nodes'
import { afterAll, describe, expect, test } from 'vitest'
import { pause } from '../../../packages/wallet/src/clock.ts'
import { createWallet } from '../../../packages/wallet/src/create-wallet.ts'
import { openSqliteStore } from '../../../packages/wallet/src/store/sqlite-store.ts'
import type { ChildCall } from '../../../packages/wallet/test/support/child-order.ts'
import { quickClock } from '../../../packages/wallet/test/support/quick-clock.ts'
import { callUntilSettled } from '../../../packages/wallet/test/support/settle.ts'
import { type LndStage, startLndStages } from '../lnd-stages.ts'
import { openLndWorld } from '../lnd-world.ts'
import { openTcpProxy, TCP_FAULTS } from '../tcp-proxy.ts'

const AMOUNT_MSAT = 200_000n
const DESTINATIONS = ['an address', 'an invoice'] as const
type To = (typeof DESTINATIONS)[number]

const callTo = async (to: To, stage: LndStage): Promise<ChildCall> =>
  to === 'an address'
    ? { destination: 'bob@shop.example', amountMsat: `${AMOUNT_MSAT}`, waitSeconds: 60 }
    : { destination: await stage.invoice(AMOUNT_MSAT), waitSeconds: 60 }

if (await requireNodes('kills at every step and faults of the wire on real LND')) {
  const lnd = await startLndStages()
  afterAll(() => lnd.close())
  const startedWith = await lnd.balanceMsat()
  let spentMsat = 0n

  /** The client repeats its call until the wallet answers; then the books of both nodes are read. */
  const expectOnePayment = async (stage: LndStage, call: ChildCall): Promise<void> => {
    const answer = await callUntilSettled(stage, [call, call])
    expect(answer.outcomes).toMatchObject([{ state: 'settled' }, { state: 'settled' }])
    const books = await stage.books()
    expect(books).toMatchObject({ payments: 1, open: 0, paidInvoices: 1, receivedMsat: AMOUNT_MSAT })
    expect(answer).toMatchObject({ reservedMsat: '0', spentMsat: `${books.sumMsat}` })
    expect(stage.notes()).toEqual([])
    spentMsat += books.sumMsat
  }

  const lives = await Promise.all(
    DESTINATIONS.map(async (to) => {
      const stage = lnd.stage()
      const call = await callTo(to, stage)
      const moments = (await stage.run({ calls: [call] }))?.moments ?? []
      await expectOnePayment(stage, call)
      return { to, moments }
    }),
  )
  // on disk and not told of: the next process finds what the next step would have left
  const cases = lives.flatMap(({ to, moments }) =>
    moments.filter((moment) => !moment.startsWith('committed')).map((dieAt) => ({ to, dieAt })),
  )

  describe.concurrent('killed with SIGKILL while paying by real LND', () => {
    test.each(cases)('$to, at $dieAt: the same call pays once', { timeout: 180_000 }, async (given) => {
      for (let killed = false, tries = 0; !killed; tries++) {
        const stage = lnd.stage()
        const call = await callTo(given.to, stage)
        killed = (await stage.run({ calls: [call], dieAt: given.dieAt })) === undefined
        await expectOnePayment(stage, call)
        // what waits at the same time shares a commit, so that there may be one fewer
        if (!killed) expect(tries).toBeLessThan(5)
      }
    })

    test('twice, while the node has the payment: the same call pays once', { timeout: 180_000 }, async () => {
      const stage = lnd.stage()
      const call = await callTo('an invoice', stage)
      expect(await stage.run({ calls: [call], dieAt: 'sent' })).toBeUndefined()
      expect(await stage.run({ calls: [call], dieAt: 'told' })).toBeUndefined()
      await expectOnePayment(stage, call)
    })
  })

  describe.concurrent('a fault of the way to LND', () => {
    const faults = TCP_FAULTS.flatMap((fault) => DESTINATIONS.map((to) => ({ fault, to })))
    test.each(faults)('$fault, paying $to: one payment', { timeout: 180_000 }, async ({ fault, to }) => {
      const stage = lnd.stage()
      const { destination } = await callTo(to, stage)
      const request = {
        destination,
        waitSeconds: 30,
        ...(to === 'an address' ? { amountMsat: msat(AMOUNT_MSAT) } : {}),
      }
      const { clock, layerClock } = quickClock(15)
      const proxy = await openTcpProxy(stage.world.payer.socket, { delayMs: 10_000 / 15 })
      const payer = { ...stage.world.payer, socket: proxy.socket }
      const world = await openLndWorld({ ...stage.world, payer }, layerClock)
      let armed = false
      const alarms: string[] = []
      const wallet = createWallet({
        ...world,
        store: openSqliteStore({ path: ':memory:' }),
        clock,
        log: { info() {}, warn() {}, error: (message) => alarms.push(message) },
        onStep(step) {
          if (step !== 'before-send' || armed) return
          armed = true
          proxy.arm(fault)
        },
      })
      try {
        await wallet.start()
        const states: string[] = []
        for (let tries = 0; tries < 30 && states.at(-1) !== 'settled'; tries++) {
          const outcome = await wallet.pay(request).catch(({ code }: LightningError) => ({ state: code }))
          states.push(outcome.state)
          if (outcome.state === 'failed') expect(await stage.books()).toMatchObject({ payments: 0, open: 0 })
          if (outcome.state === 'unavailable') await pause(clock, 5_000)
        }
        expect(states.at(-1)).toBe('settled')
        await pause(clock, 20_000)
        const books = await stage.books()
        expect(books).toMatchObject({ payments: 1, open: 0, paidInvoices: 1, receivedMsat: AMOUNT_MSAT })
        expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: books.sumMsat })
        expect(armed).toBe(true)
        expect(alarms).toEqual([])
        spentMsat += books.sumMsat
      } finally {
        await wallet.stop()
        world.close()
        await proxy.close()
      }
    })
  })

  test('what all wallets booked is what left the node', async () => {
    expect(cases.length).toBeGreaterThanOrEqual(16)
    expect(startedWith - (await lnd.balanceMsat())).toBe(spentMsat)
  })
} else test.skip('kills and faults on real LND: not run, build the nodes first', () => {})
