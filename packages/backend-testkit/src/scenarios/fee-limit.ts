import assert from 'node:assert/strict'
import { type Msat, msat, ZERO_MSAT } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { expectSafeFailure, expectSettled } from '../expectations.ts'
import { payGenerously, settledFee } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'

const TOO_EXPENSIVE = ['fee_limit_exceeded', 'no_route'] as const
const SATS = 30_000

export const feeLimitScenarios: readonly Scenario[] = [
  verifies('max-fee-zero', async (context) => {
    const { stage, backend, amount } = context
    const amountMsat = amount(2000)
    const free = await stage.counterparty.createInvoice({ amountMsat })
    const payment = await backend.payInvoice({ invoice: free.invoice, maxFeeMsat: ZERO_MSAT })
    expectSettled(payment, { ...free, amountMsat })
    assert.equal(payment.feeMsat, ZERO_MSAT, 'fee of a free route')
    await refusesRoute(context, ZERO_MSAT)
  }),

  verifies('max-fee-exact-boundary', async (context) => {
    const { stage, backend, amount } = context
    const amountMsat = amount(SATS)
    const feeMsat = await learnFee(context)
    await refusesRoute(context, msat(feeMsat - 1n))
    const { invoice, paymentHash } = await stage.remote!.createInvoice({ amountMsat })
    const payment = await backend.payInvoice({ invoice, maxFeeMsat: feeMsat })
    expectSettled(payment, { paymentHash, amountMsat })
    assert.equal(payment.feeMsat, feeMsat, 'fee at the limit')
  }),

  verifies('max-fee-exceeded-fails-safe', async (context) => {
    const { stage, backend, amount } = context
    const { invoice, paymentHash } = await stage.remote!.createInvoice({ amountMsat: amount(SATS) })
    await expectSafeFailure(
      context,
      paymentHash,
      () => backend.payInvoice({ invoice, maxFeeMsat: msat(1n) }),
      TOO_EXPENSIVE,
    )
    if (stage.remote!.received !== undefined)
      assert.equal(await stage.remote!.received(paymentHash), 0n, 'what has arrived')
  }),

  verifies('fee-limit-unsupported-declared', async (context) => {
    const { stage, backend, amount } = context
    assert.equal(typeof backend.estimateWorstFee, 'function', 'estimateWorstFee is there')
    const amountMsat = amount(SATS)
    const worst = await backend.estimateWorstFee!({ amountMsat })
    const { invoice } = await (stage.remote ?? stage.counterparty).createInvoice({ amountMsat })
    const feeMsat = await settledFee(context, await payGenerously(context, invoice))
    assert.ok(feeMsat <= worst, `the fee was ${feeMsat} msat, the worst was to be ${worst} msat`)
  }),

  verifies('failed-then-retry-same-hash', async (context) => {
    const { stage, backend, amount, holdings, untilHoldings } = context
    const amountMsat = amount(SATS)
    const { invoice, paymentHash } = await stage.remote!.createInvoice({ amountMsat })
    const before = await holdings()
    const failed = await expectSafeFailure(
      context,
      paymentHash,
      () => backend.payInvoice({ invoice, maxFeeMsat: ZERO_MSAT }),
      TOO_EXPENSIVE,
    )
    if (failed !== undefined && failed.failure?.sameHashRetryable !== true) {
      await expectSafeFailure(context, paymentHash, () => payGenerously(context, invoice), ['other'])
      return
    }
    const payment = await payGenerously(context, invoice)
    expectSettled(payment, { paymentHash, amountMsat })
    await untilHoldings(before - amountMsat - (await settledFee(context, payment)))
  }),
]

/** What the route to `remote` costs now. */
async function learnFee(context: CaseContext): Promise<Msat> {
  const { invoice } = await context.stage.remote!.createInvoice({ amountMsat: context.amount(SATS) })
  const feeMsat = await settledFee(context, await payGenerously(context, invoice))
  assert.ok(feeMsat > ZERO_MSAT, 'the route to the remote node must charge a fee')
  return feeMsat
}

async function refusesRoute(context: CaseContext, maxFeeMsat: Msat): Promise<void> {
  const { stage, backend, amount } = context
  const { invoice, paymentHash } = await stage.remote!.createInvoice({ amountMsat: amount(SATS) })
  await expectSafeFailure(
    context,
    paymentHash,
    () => backend.payInvoice({ invoice, maxFeeMsat }),
    TOO_EXPENSIVE,
  )
}
