import assert from 'node:assert/strict'
import { type PaymentHash, supports } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { type EventLog, openEventLog, timesSettled } from '../event-log.ts'
import { payGenerously } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { untilInvoice } from './receive.ts'

const FLOOD = 20_000
const LEAST_PAUSES = 3
const GROWN = 1.5

export const eventScenarios: readonly Scenario[] = [
  verifies('event-settled-once', (context) =>
    watching(context, async (log) => {
      const { stage, backend, amount, until } = context
      const told = (hash: string) =>
        until(
          'the event is told',
          () => timesSettled(log, hash),
          (times) => times > 0,
        )
      const first = await receive(context)
      await told(first)
      const hashes = [first]
      if (supports(backend.capabilities, 'payInvoice')) {
        const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat: amount(1000) })
        await payGenerously(context, invoice)
        await told(paymentHash)
        hashes.push(paymentHash)
      }
      // whatever is told twice has been told twice before a later one is told
      await told(await receive(context))
      for (const hash of hashes) assert.equal(timesSettled(log, hash), 1, 'times told')
    }),
  ),

  verifies('event-gap-healed-by-reconcile', (context) =>
    watching(context, async (log) => {
      const { stage, until } = context
      const first = await receive(context)
      await until(
        'the stream is live',
        () => timesSettled(log, first),
        (times) => times > 0,
      )
      await stage.faults!.breakStreams!()
      const missed = await receive(context)
      await until(
        'a gap is told',
        () => log.events,
        (events) => events.some(({ type }) => type === 'gap'),
      )
      await untilInvoice(context, missed, 'settled')
      const later = await receive(context)
      await until(
        'the stream goes on',
        () => timesSettled(log, later),
        (times) => times > 0,
      )
    }),
  ),

  verifies('forged-event-ignored', (context) =>
    watching(context, async (log) => {
      const { stage, backend, amount, until } = context
      const { invoice, paymentHash } = await backend.createInvoice({
        amountMsat: amount(1000),
        expirySeconds: 600,
      })
      await stage.faults!.forgeSettledEvent!(paymentHash)
      // an event that is told later has passed the forged one
      const marker = await receive(context)
      await until(
        'a later event is told',
        () => timesSettled(log, marker),
        (times) => times > 0,
      )
      const found = await backend.lookupInvoice({ paymentHash })
      assert.equal(found?.status, 'open', 'the look-up believes the forged event')
      assert.equal(found?.receivedMsat, undefined, 'receivedMsat')
      await stage.counterparty.pay({ invoice: invoice as string })
      await untilInvoice(context, paymentHash, 'settled')
    }),
  ),

  verifies('reconnect-with-backoff', (context) =>
    watching(context, async (log) => {
      const { stage, until } = context
      const restore = await stage.faults!.refuseConnections!()
      try {
        // a busy machine makes single pauses long: the shortest ones tell
        const grown = (pauses: readonly number[]): boolean =>
          pauses.length >= LEAST_PAUSES &&
          Math.min(...pauses.slice(-2)) > GROWN * Math.min(...pauses.slice(0, -2))
        await until(
          'the pauses in ms between tries to connect have grown',
          () => pausesOf(stage.faults!.connectionAttempts!()),
          grown,
        )
      } finally {
        await restore()
      }
      await until(
        'a gap is told',
        () => log.events,
        (events) => events.some(({ type }) => type === 'gap'),
      )
    }),
  ),

  verifies('slow-consumer-bounded', async (context) => {
    const { stage, backend, within } = context
    const controller = new AbortController()
    const stream = backend.watch({ signal: controller.signal })[Symbol.asyncIterator]()
    const first = stream.next()
    await stage.faults!.floodEvents!(FLOOD)
    let result = await within('the first event', first)
    for (let kept = 1; ; kept++) {
      assert.ok(!result.done, 'the stream ended instead of telling a gap')
      if (result.value.type === 'gap') break
      assert.ok(kept < FLOOD, `all of ${FLOOD} events were kept for a reader that did not read`)
      result = await within('the next event', stream.next())
    }
    controller.abort()
  }),
]

const pausesOf = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, index) => time - times[index]!)

/** Runs with the events of the stream at hand, and ends it afterwards. */
async function watching(context: CaseContext, run: (log: EventLog) => Promise<void>): Promise<void> {
  const log = await openEventLog(context.backend)
  try {
    await run(log)
  } finally {
    await log.stop()
  }
  assert.equal(log.error, undefined, `the stream threw ${String(log.error)}`)
}

/** Is paid an invoice; answers its hash. */
async function receive({ stage, backend, amount }: CaseContext): Promise<PaymentHash> {
  const { invoice, paymentHash } = await backend.createInvoice({
    amountMsat: amount(1000),
    expirySeconds: 600,
  })
  await stage.counterparty.pay({ invoice: invoice as string })
  return paymentHash
}
