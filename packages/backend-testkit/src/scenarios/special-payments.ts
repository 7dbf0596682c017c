import assert from 'node:assert/strict'
import { LightningError, type Payment, supports, ZERO_MSAT } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { expectAnswer, expectSettled, expectUndecided, settle } from '../expectations.ts'
import { freshPreimage } from '../foreign-invoice.ts'
import { payGenerously, settledFee, untilPayment } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

export const specialPaymentScenarios: readonly Scenario[] = [
  verifies('partial-mpp-success-counts-all-parts', async (context) => {
    const { payee, amountMsat } = context.stage.multiPart!
    const before = await context.holdings()
    const { invoice, paymentHash } = await payee.createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice)
    expectSettled(payment, { paymentHash, amountMsat })
    const found = await untilPayment(context, payment, 'settled')
    expectSettled(found, { paymentHash, amountMsat })
    const feeMsat = await settledFee(context, payment)
    assert.equal(await settledFee(context, found), feeMsat, 'fee of the look-up')
    if (found.parts !== undefined) assert.ok(found.parts >= 2, `${found.parts} part cannot carry it`)
    await context.untilHoldings(before - amountMsat - feeMsat)
  }),

  verifies('by-hash-guard-refuses-second-send', async (context) => {
    const { stage, holdings, untilHoldings, amount } = context
    const { counterparty } = stage
    const amountMsat = amount(3100)
    const before = await holdings()
    const { invoice, paymentHash } = await counterparty.createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice)
    expectSettled(payment, { paymentHash, amountMsat })
    const spent = amountMsat + (await settledFee(context, payment))
    await expectNoSecondSend(context, () => payGenerously(context, invoice), 'settled')
    await untilHoldings(before - spent)
    if (counterparty.received !== undefined)
      assert.equal(await counterparty.received(paymentHash), amountMsat, 'what has arrived')
    if (counterparty.hold !== undefined) await sendsHeldOnce(context)
  }),

  verifies('keysend-records-hash-first', async (context) => {
    const { stage, backend, profile, amount } = context
    const { preimage, paymentHash } = freshPreimage()
    const amountMsat = amount(3200)
    const send = () =>
      backend.keysend!.send({
        destination: stage.counterparty.nodeId,
        amountMsat,
        maxFeeMsat: ZERO_MSAT,
        preimage,
      })
    if (profile.keysendChoosesPreimage === true) {
      const payment = await send()
      expectSettled(payment, { paymentHash: payment.paymentHash, amountMsat })
      return
    }
    if (stage.faults?.loseReply === undefined) expectSettled(await send(), { paymentHash, amountMsat })
    else {
      stage.faults.loseReply()
      const payment = await expectAnswer(send)
      if (payment.status !== 'settled') expectUndecided(payment, paymentHash)
    }
    const found = await untilPayment(context, { paymentHash }, 'settled')
    expectSettled(found, { paymentHash, amountMsat })
    assert.equal(found.preimage, preimage, 'preimage')
  }),

  verifies('offer-pay-unknown-not-repeated', async (context) => {
    const { stage, backend, amount, holdings, untilHoldings } = context
    const amountMsat = amount(3300)
    const before = await holdings()
    const offer = await stage.counterparty.createOffer!({ amountMsat })
    stage.faults!.loseReply!()
    const answer = await settle(() => backend.offers!.pay!({ offer, maxFeeMsat: ZERO_MSAT }))
    if ('error' in answer)
      assert.ok(
        LightningError.is(answer.error) && answer.error.code === 'outcome_unknown',
        `an undecided offer payment threw ${String(answer.error)}`,
      )
    else assert.notEqual(answer.value.status, 'failed', describeValue(answer.value))
    await untilHoldings(before - amountMsat)
  }),
]

/** While the first payment is held, a second call must not send. */
async function sendsHeldOnce(context: CaseContext): Promise<void> {
  const { stage, amount, holdings, untilHoldings, until, within } = context
  const hold = stage.counterparty.hold!
  const amountMsat = amount(3400)
  const before = await holdings()
  const { invoice, paymentHash } = await hold.createInvoice({ amountMsat })
  const first = expectAnswer(() => payGenerously(context, invoice))
  await within('the HTLC to arrive', hold.accepted(paymentHash))
  let answered = false
  // an adapter may refuse at once, or wait for the first payment until the time-out of the second
  const second = expectNoSecondSend(
    context,
    () => payGenerously(context, invoice, { timeoutSeconds: 1 }),
    'pending',
  ).finally(() => {
    answered = true
  })
  await until(
    'the second call is answered',
    () => (answered ? undefined : stage.clock?.advance(1)),
    () => answered,
  )
  await second
  await hold.settle(paymentHash)
  expectSettled(await within('the first payment', first), { paymentHash, amountMsat })
  await untilHoldings(before - amountMsat)
}

/** Refuses, or answers what became of the first payment. */
async function expectNoSecondSend(
  { backend, profile }: CaseContext,
  pay: () => Promise<Payment>,
  first: 'settled' | 'pending',
): Promise<void> {
  assert.ok(supports(backend.capabilities, 'payInvoice') && profile.duplicateGuard === 'by-hash')
  const answer = await settle(pay)
  if ('error' in answer) {
    const { error } = answer
    assert.ok(
      LightningError.is(error) && (error.code === 'already_paid' || error.code === 'in_progress'),
      `a second payment of a ${first} hash threw ${String(error)}`,
    )
    return
  }
  assert.notEqual(answer.value.status, 'failed', `a ${first} hash: ${describeValue(answer.value)}`)
}
