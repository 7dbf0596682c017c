import assert from 'node:assert/strict'
import { type Msat, type Payment, supports } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import type { CounterpartyHold, CounterpartyInvoice } from '../counterparty.ts'
import { expectAnswer, expectRefusal, expectSettled, expectUndecided } from '../expectations.ts'
import { payGenerously, untilPayment } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

/** Longer than any node goes on trying a payment of the kit. */
const LONGEST_TRY_SECONDS = 600

export const lostReplyScenarios: readonly Scenario[] = [
  verifies('connection-lost-before-send-unavailable', async (context) => {
    const { stage, amount } = context
    const amountMsat = amount(2000)
    const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat })
    const restore = await stage.faults!.refuseConnections!()
    try {
      await expectRefusal('payInvoice', () => payGenerously(context, invoice), ['unavailable'])
    } finally {
      await restore()
    }
    const payment = await untilReachable(context, () => payGenerously(context, invoice))
    expectSettled(payment, { paymentHash, amountMsat })
  }),

  verifies('connection-lost-after-send-unknown-then-settled', async (context) => {
    const { stage, amount } = context
    const amountMsat = amount(2100)
    const { counterparty } = stage
    const { hold } = counterparty
    if (hold !== undefined && stage.faults?.cutConnections !== undefined) {
      const held = await loseHeldPayment(context, hold, amountMsat)
      await hold.settle(held.paymentHash)
      expectSettled(await untilPayment(context, held, 'settled'), {
        paymentHash: held.paymentHash,
        amountMsat,
      })
      return
    }
    const invoice = await counterparty.createInvoice({ amountMsat })
    const payment = await losePayment(context, invoice, amountMsat)
    expectSettled(await untilPayment(context, payment, 'settled'), { ...invoice, amountMsat })
    if (counterparty.received !== undefined)
      assert.equal(await counterparty.received(invoice.paymentHash), amountMsat, 'what has arrived')
  }),

  verifies('connection-lost-after-send-unknown-then-failed', async (context) => {
    const { stage, amount } = context
    const { counterparty } = stage
    const { hold } = counterparty
    if (hold !== undefined && stage.faults?.cutConnections !== undefined) {
      const held = await loseHeldPayment(context, hold, amount(2200))
      await hold.cancel(held.paymentHash)
      // whoever did not hear the end may have to wait until nothing more can be tried
      await stage.clock?.advance(LONGEST_TRY_SECONDS)
      await untilPayment(context, held, 'failed')
      return
    }
    const invoice = await counterparty.createInvoice({ amountMsat: amount(2200) })
    await counterparty.cancelInvoice!(invoice.paymentHash)
    stage.faults!.loseReply!()
    const payment = await expectAnswer(() => payGenerously(context, invoice.invoice))
    if (payment.status !== 'failed') expectUndecided(payment, invoice.paymentHash)
    await stage.clock?.advance(LONGEST_TRY_SECONDS)
    await untilPayment(context, payment, 'failed')
  }),

  verifies('reply-timeout-with-htlc-held-pending', async (context) => {
    const { stage, amount, within } = context
    const hold = stage.counterparty.hold!
    const amountMsat = amount(2300)
    const invoice = await hold.createInvoice({ amountMsat })
    const paying = expectAnswer(() => payGenerously(context, invoice.invoice, { timeoutSeconds: 1 }))
    await within('the HTLC to arrive', hold.accepted(invoice.paymentHash))
    await stage.clock?.advance(2)
    expectUndecided(await within('payInvoice with a time-out of 1 s', paying), invoice.paymentHash)
    await hold.settle(invoice.paymentHash)
    expectSettled(await untilPayment(context, invoice, 'settled'), { ...invoice, amountMsat })
  }),

  verifies('abort-signal-does-not-mark-failed', async (context) => {
    const { stage, amount, within } = context
    const hold = stage.counterparty.hold!
    const amountMsat = amount(2400)
    const invoice = await hold.createInvoice({ amountMsat })
    const controller = new AbortController()
    const paying = expectAnswer(() => payGenerously(context, invoice.invoice, { signal: controller.signal }))
    await within('the HTLC to arrive', hold.accepted(invoice.paymentHash))
    controller.abort(new Error('the caller has gone'))
    expectUndecided(await within('an aborted payInvoice', paying), invoice.paymentHash)
    await hold.settle(invoice.paymentHash)
    expectSettled(await untilPayment(context, invoice, 'settled'), { ...invoice, amountMsat })
  }),

  verifies('malformed-reply-unknown', async (context) => {
    const { stage, amount } = context
    const amountMsat = amount(2500)
    const invoice = await stage.counterparty.createInvoice({ amountMsat })
    stage.faults!.garbleReply!()
    const payment = await expectAnswer(() => payGenerously(context, invoice.invoice))
    if (payment.status === 'settled') expectSettled(payment, { ...invoice, amountMsat })
    else expectUndecided(payment, invoice.paymentHash)
    expectSettled(await untilPayment(context, payment, 'settled'), { ...invoice, amountMsat })
  }),

  verifies('error-reply-while-part-in-flight-is-pending', async (context) => {
    const { stage, amount, within } = context
    const hold = stage.counterparty.hold!
    const amountMsat = amount(2550)
    const invoice = await hold.createInvoice({ amountMsat })
    stage.faults!.failReplyWhileHeld!()
    const paying = expectAnswer(() => payGenerously(context, invoice.invoice, { timeoutSeconds: 5 }))
    await within('the HTLC to arrive', hold.accepted(invoice.paymentHash))
    expectUndecided(await within('payInvoice with an error reply', paying), invoice.paymentHash)
    await hold.settle(invoice.paymentHash)
    expectSettled(await untilPayment(context, invoice, 'settled'), { ...invoice, amountMsat })
  }),

  verifies('lookup-not-found-once-then-appears', async (context) => {
    const { stage, backend, amount } = context
    const amountMsat = amount(2600)
    const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice)
    stage.faults!.hidePaymentOnce!()
    const hidden = await backend.lookupPayment({ paymentHash })
    assert.equal(hidden, undefined, `what is not found proves nothing: ${describeValue(hidden)}`)
    expectSettled(await untilPayment(context, payment, 'settled'), { paymentHash, amountMsat })
  }),

  verifies('rate-limit-backs-off', async (context) => {
    const { stage, backend, amount } = context
    stage.faults!.limitRate!()
    const read = await expectRateLimitOrAnswer(() => backend.getInfo())
    if (!supports(backend.capabilities, 'payInvoice')) return
    const amountMsat = amount(2700)
    const invoice = await stage.counterparty.createInvoice({ amountMsat })
    stage.faults!.limitRate!()
    const paid = await expectRateLimitOrAnswer(() => payGenerously(context, invoice.invoice))
    if (read === 'limited' || paid === 'limited')
      expectSettled(
        paid === 'limited'
          ? await payGenerously(context, invoice.invoice)
          : await untilPayment(context, invoice, 'settled'),
        { ...invoice, amountMsat },
      )
  }),
]

/** Pays a hold invoice and cuts the connection while the HTLC is held: the answer must leave it open. */
async function loseHeldPayment(
  context: CaseContext,
  hold: CounterpartyHold,
  amountMsat: Msat,
): Promise<Payment> {
  const { stage, within } = context
  const { invoice, paymentHash } = await hold.createInvoice({ amountMsat })
  const paying = expectAnswer(() => payGenerously(context, invoice))
  await within('the HTLC to arrive', hold.accepted(paymentHash))
  await stage.faults!.cutConnections!()
  const payment = await within('payInvoice without a connection', paying)
  expectUndecided(payment, paymentHash)
  return payment
}

/** Pays an invoice whose reply is lost. An adapter that has looked it up may know already. */
async function losePayment(
  context: CaseContext,
  { invoice, paymentHash }: CounterpartyInvoice,
  amountMsat: Msat,
): Promise<Payment> {
  context.stage.faults!.loseReply!()
  const payment = await expectAnswer(() => payGenerously(context, invoice))
  if (payment.status === 'settled') expectSettled(payment, { paymentHash, amountMsat })
  else expectUndecided(payment, paymentHash)
  return payment
}

/** A connection may need a moment to come back. */
const untilReachable = async (context: CaseContext, pay: () => Promise<Payment>): Promise<Payment> => {
  const found = await context.until(
    'the backend can be reached again',
    () => pay().catch(() => undefined),
    (payment) => payment !== undefined,
  )
  return found as Payment
}

async function expectRateLimitOrAnswer(call: () => Promise<unknown>): Promise<'limited' | 'answered'> {
  try {
    await call()
    return 'answered'
  } catch (error) {
    await expectRefusal('a rate-limited call', () => Promise.reject(error), ['rate_limited'])
    assert.equal((error as { retry?: unknown }).retry, 'after-delay', 'retry')
    return 'limited'
  }
}
