import assert from 'node:assert/strict'
import { type Msat, msat, ZERO_MSAT } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { expectRefusal, expectSettled } from '../expectations.ts'
import { payGenerously, settledFee } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'

const SECONDS_PER_YEAR = 31_536_000
/** Whole sats, because channels are made of them, and not a multiple of 16 msat: a double would round it. */
const ABOVE_DOUBLES = 144_115_188_075_857_000n

export const unitScenarios: readonly Scenario[] = [
  verifies('balance-msat-exact', async ({ stage, backend, amount, holdings, untilHoldings }) => {
    const before = await holdings()
    assert.equal(typeof before, 'bigint', 'a balance is a bigint')
    const amountMsat = amount(5000)
    const { invoice } = await backend.createInvoice({ amountMsat, expirySeconds: 600 })
    await stage.counterparty.pay({ invoice: invoice as string })
    await untilHoldings(before + amountMsat)
  }),

  verifies('balance-above-2^53-msat', async ({ stage, adopt }) => {
    const backend = await adopt(stage.backends.funded!(msat(ABOVE_DOUBLES)))
    await backend.connect()
    const { spendableMsat, channelsMsat } = await backend.getBalance()
    assert.ok(
      spendableMsat === ABOVE_DOUBLES || channelsMsat === ABOVE_DOUBLES,
      `${ABOVE_DOUBLES} msat became ${channelsMsat ?? spendableMsat}`,
    )
  }),

  verifies('sub-sat-on-sat-backend-rejected', async ({ backend }) => {
    await expectRefusal(
      'createInvoice of 1001 msat',
      () => backend.createInvoice({ amountMsat: msat(1001n), expirySeconds: 600 }),
      ['sub_sat_amount'],
    )
  }),

  verifies('fee-in-msat-from-sat-backend', async (context) => {
    const { stage, amount, holdings, untilHoldings } = context
    const payee = stage.remote ?? stage.counterparty
    const amountMsat = amount(20_000)
    const before = await holdings()
    const invoice = await payee.createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice.invoice)
    expectSettled(payment, { paymentHash: invoice.paymentHash, amountMsat })
    const feeMsat = await settledFee(context, payment)
    if (stage.remote !== undefined)
      assert.ok(feeMsat > ZERO_MSAT, 'the route charges a fee, but the payment tells none')
    await untilHoldings(before - amountMsat - feeMsat)
  }),

  verifies('timestamps-in-seconds', async (context) => {
    const { stage, backend, amount } = context
    const own = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 600 })
    const { invoice } = await stage.counterparty.createInvoice({ amountMsat: amount(1000) })
    const payment = await payGenerously(context, invoice)
    const times: Record<string, number | undefined> = {
      'createdAt of an invoice': own.createdAt,
      'expiresAt of an invoice': own.expiresAt,
      'createdAt of a payment': payment.createdAt,
      'settledAt of a payment': payment.settledAt,
    }
    if (backend.capabilities.listTransactions !== 'none')
      for (const { createdAt, settledAt, direction } of (await backend.listTransactions({ limit: 10 }))
        .items) {
        times[`createdAt of an ${direction} transaction`] = createdAt
        times[`settledAt of an ${direction} transaction`] = settledAt
      }
    for (const [what, time] of Object.entries(times))
      if (time !== undefined) assertSeconds(context, what, time)
  }),

  verifies('outgoing-sign-normalised', async (context) => {
    const { stage, backend, amount, until } = context
    const amountMsat: Msat = amount(3000)
    const { invoice, paymentHash } = await (stage.remote ?? stage.counterparty).createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice)
    const row = await until(
      'the payment is in the history',
      async () => {
        const { items } = await backend.listTransactions({ direction: 'outgoing', limit: 20 })
        return items.find((item) => item.paymentHash === paymentHash)
      },
      (item) => item?.status === 'settled',
    )
    assert.equal(row?.direction, 'outgoing')
    assert.equal(row?.amountMsat, amountMsat, 'amountMsat is positive and without the fee')
    assert.equal(row?.feeMsat, await settledFee(context, payment), 'feeMsat')
  }),
]

function assertSeconds({ now }: CaseContext, what: string, time: number): void {
  assert.ok(Number.isInteger(time), `${what} is not a whole number of seconds: ${time}`)
  assert.ok(Math.abs(time - now()) < SECONDS_PER_YEAR, `${what} is not in seconds since 1970: ${time}`)
}
