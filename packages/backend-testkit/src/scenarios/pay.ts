import assert from 'node:assert/strict'
import { type Msat, msat, supports, ZERO_MSAT } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { expectRefusal, expectSafeFailure, expectSettled, settle } from '../expectations.ts'
import { foreignInvoice } from '../foreign-invoice.ts'
import { payGenerously, untilPayment } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'

export const payScenarios: readonly Scenario[] = [
  verifies('pay-settles-with-preimage-that-hashes', async (context) => {
    const { stage, amount } = context
    const amountMsat = amount(2500)
    const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice)
    expectSettled(payment, { paymentHash, amountMsat })
    expectSettled(await untilPayment(context, payment, 'settled'), { paymentHash, amountMsat })
    if (stage.counterparty.received !== undefined)
      assert.equal(await stage.counterparty.received(paymentHash), amountMsat, 'what has arrived')
  }),

  verifies('pay-amountless-needs-amount', async (context) => {
    const { stage, backend, amount } = context
    const { invoice, paymentHash } = await stage.counterparty.createInvoice({})
    await expectRefusal(
      'payInvoice without amount',
      () => backend.payInvoice({ invoice, maxFeeMsat: ZERO_MSAT }),
      ['amount_required'],
    )
    const amountMsat = amount(2600)
    const payment = await payGenerously(context, invoice, { amountMsat })
    expectSettled(payment, { paymentHash, amountMsat })
  }),

  verifies('pay-fixed-refuses-amount', async (context) => {
    const { stage, backend, amount } = context
    const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat: amount(1000) })
    const declared = supports(backend.capabilities, 'payInvoice.amountless')
    await expectRefusal(
      'an amount beside a fixed invoice',
      () => payGenerously(context, invoice, { amountMsat: amount(2000) }),
      declared ? ['amount_not_allowed'] : ['amount_not_allowed', 'unsupported'],
    )
    await expectNeverSent(context, paymentHash)
  }),

  verifies('pay-expired-not-sent', async (context) => {
    const { network, now, amount } = context
    const expired = foreignInvoice({ network, createdAt: now() - 7200, amountMsat: amount(1000) })
    await expectRefusal('an expired invoice', () => payGenerously(context, expired.invoice), [
      'invoice_expired',
    ])
    await expectNeverSent(context, expired.paymentHash)
    const whole = foreignInvoice({ network, createdAt: now(), amountMsat: amount(1000) })
    for (const text of [whole.invoice.slice(0, -1), `${whole.invoice.slice(0, -6)}qqqqqq`, 'lnbc', ''])
      await expectRefusal('a malformed invoice', () => payGenerously(context, text), ['invalid_invoice'])
    await expectNeverSent(context, whole.paymentHash)
  }),

  verifies('pay-wrong-network-not-sent', async (context) => {
    const { network, now, amount } = context
    const other = network === 'mainnet' ? 'regtest' : 'mainnet'
    const foreign = foreignInvoice({ network: other, createdAt: now(), amountMsat: amount(1000) })
    await expectRefusal('an invoice of another network', () => payGenerously(context, foreign.invoice), [
      'wrong_network',
    ])
    await expectNeverSent(context, foreign.paymentHash)
  }),

  verifies('insufficient-balance-safe', async (context) => {
    const { stage, holdings } = context
    const tooMuch: Msat = msat(((await holdings()) / 1000n + 1000n) * 1000n)
    const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat: tooMuch })
    await expectSafeFailure(context, paymentHash, () => payGenerously(context, invoice), [
      'insufficient_balance',
      'no_route',
    ])
  }),

  verifies('no-route-safe', async (context) => {
    const { network, now, amount } = context
    const { invoice, paymentHash } = foreignInvoice({ network, createdAt: now(), amountMsat: amount(1000) })
    await expectSafeFailure(context, paymentHash, () => payGenerously(context, invoice), ['no_route'])
  }),

  verifies('recipient-rejects', async (context) => {
    const { counterparty } = context.stage
    const { invoice, paymentHash } = await counterparty.createInvoice({ amountMsat: context.amount(1000) })
    await counterparty.cancelInvoice!(paymentHash)
    await expectSafeFailure(context, paymentHash, () => payGenerously(context, invoice), [
      'recipient_rejected',
    ])
  }),

  verifies('self-payment-mapped', async (context) => {
    const { backend, amount } = context
    const { invoice } = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 600 })
    await expectRefusal('payInvoice of an own invoice', () => payGenerously(context, invoice as string), [
      'self_payment',
    ])
    const allowed = await settle(() =>
      payGenerously(context, invoice as string, { allowSelfPayment: true, timeoutSeconds: 5 }),
    )
    if (supports(backend.capabilities, 'payInvoice.self'))
      assert.ok('value' in allowed, `a self-payment was allowed, but: ${String(Object.values(allowed)[0])}`)
    else
      await expectRefusal('allowSelfPayment where it is not declared', async () => {
        if ('error' in allowed) throw allowed.error
        return allowed.value
      }, ['unsupported', 'self_payment'])
  }),
]

async function expectNeverSent(
  { backend, profile }: CaseContext,
  paymentHash: Parameters<CaseContext['backend']['lookupInvoice']>[0]['paymentHash'],
): Promise<void> {
  if (profile.lookup !== 'hash' || !supports(profile.capabilities, 'lookupPayment')) return
  assert.equal(await backend.lookupPayment({ paymentHash }), undefined, 'the backend knows the payment')
}
