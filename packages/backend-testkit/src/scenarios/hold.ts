import assert from 'node:assert/strict'
import { supports } from '@lightning-mcp/core'
import { expectRefusal, settle } from '../expectations.ts'
import { freshPreimage } from '../foreign-invoice.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { untilInvoice } from './receive.ts'

export const holdScenarios: readonly Scenario[] = [
  verifies('hold-accept-settle', async (context) => {
    const { stage, backend, amount } = context
    const hold = backend.hold!
    const { preimage, paymentHash } = freshPreimage()
    const amountMsat = amount(7000)
    const created = await hold.create({ paymentHash, amountMsat, expirySeconds: 600 })
    assert.equal(created.status, 'open')
    assert.equal(created.paymentHash, paymentHash, 'paymentHash')
    await expectRefusal(
      'settle before any payment',
      () => hold.settle({ preimage }),
      ['not_found'],
      ['no', 'maybe'],
    )

    const paying = settle(() => stage.counterparty.pay({ invoice: created.invoice as string }))
    const accepted = await untilInvoice(context, paymentHash, 'accepted')
    assert.equal(accepted.receivedMsat, amountMsat, 'receivedMsat of an accepted invoice')
    assert.equal(accepted.preimage, undefined, 'preimage of an accepted invoice')

    for (const time of ['first', 'second']) {
      const settled = await hold.settle({ preimage })
      assert.equal(settled.status, 'settled', `${time} settle`)
    }
    const payment = await paying
    assert.ok(!('error' in payment), 'the payer was told that it failed')
    const settled = await untilInvoice(context, paymentHash, 'settled')
    assert.equal(settled.receivedMsat, amountMsat, 'receivedMsat of a settled invoice')
  }),

  verifies('hold-accept-cancel', async (context) => {
    const { stage, backend, amount } = context
    const hold = backend.hold!
    const { paymentHash } = freshPreimage()
    const created = await hold.create({ paymentHash, amountMsat: amount(7000), expirySeconds: 600 })
    const paying = settle(() => stage.counterparty.pay({ invoice: created.invoice as string }))
    await untilInvoice(context, paymentHash, 'accepted')
    for (const time of ['first', 'second']) {
      const canceled = await hold.cancel({ paymentHash })
      assert.equal(canceled.status, 'canceled', `${time} cancel`)
    }
    assert.ok('error' in (await paying), 'the payer was told that it settled')
    await untilInvoice(context, paymentHash, 'canceled')
  }),

  verifies('cancel-open-invoice', async (context) => {
    const { stage, backend, amount } = context
    const invoices = backend.invoices!
    const open = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 600 })
    const canceled = await invoices.cancel({ paymentHash: open.paymentHash })
    assert.equal(canceled.status, 'canceled')
    await assert.rejects(stage.counterparty.pay({ invoice: open.invoice as string }))
    await untilInvoice(context, open.paymentHash, 'canceled')

    const paid = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 600 })
    await stage.counterparty.pay({ invoice: paid.invoice as string })
    await untilInvoice(context, paid.paymentHash, 'settled')
    await expectRefusal(
      'cancel of a settled invoice',
      () => invoices.cancel({ paymentHash: paid.paymentHash }),
      ['already_paid'],
      ['no', 'yes'],
    )
    if (supports(backend.capabilities, 'lookupInvoice'))
      assert.equal((await backend.lookupInvoice({ paymentHash: paid.paymentHash }))?.status, 'settled')
  }),
]
