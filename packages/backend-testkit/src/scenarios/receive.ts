import assert from 'node:assert/strict'
import { decodeInvoice } from '@lightning-mcp/codec'
import { type Invoice, msat, type PaymentHash, sameNetwork, supports } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { expectProof, expectRefusal, sha256 } from '../expectations.ts'
import { freshPreimage } from '../foreign-invoice.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

const EXPIRY_SECONDS = 777

export const receiveScenarios: readonly Scenario[] = [
  verifies('create-fixed', async ({ backend, amount }) => {
    const amountMsat = amount(1234)
    const invoice = await backend.createInvoice({ amountMsat, expirySeconds: 600 })
    assert.equal(invoice.status, 'open')
    assert.equal(invoice.amountMsat, amountMsat, 'amountMsat of the answer')
    assert.equal(decodeInvoice(invoice.invoice as string).amountMsat, amountMsat, 'amount in the text')
  }),

  verifies('create-amountless-or-unsupported', async (context) => {
    const { stage, backend, amount } = context
    if (!supports(backend.capabilities, 'createInvoice.amountless')) {
      await expectRefusal(
        'createInvoice without amount',
        () => backend.createInvoice({ expirySeconds: 600 }),
        ['unsupported'],
      )
      return
    }
    const invoice = await backend.createInvoice({ expirySeconds: 600 })
    assert.equal(invoice.amountMsat, undefined, 'amountMsat of the answer')
    assert.equal(decodeInvoice(invoice.invoice as string).amountMsat, undefined, 'amount in the text')
    const amountMsat = amount(2100)
    await stage.counterparty.pay({ invoice: invoice.invoice as string, amountMsat })
    if (!supports(backend.capabilities, 'lookupInvoice')) return
    const settled = await untilInvoice(context, invoice.paymentHash, 'settled')
    assert.equal(settled.receivedMsat, amountMsat, 'receivedMsat is what the payer chose')
    assert.equal(settled.amountMsat, undefined, 'amountMsat is what was asked for: nothing')
  }),

  verifies('create-description-hash', async ({ backend, amount }) => {
    const descriptionHash = sha256(Buffer.from('a long description').toString('hex')) as never
    const { invoice } = await backend.createInvoice({
      amountMsat: amount(1000),
      descriptionHash,
      expirySeconds: 600,
    })
    const decoded = decodeInvoice(invoice as string)
    assert.equal(decoded.descriptionHash, descriptionHash)
    assert.equal(decoded.description, undefined, 'a description beside its hash')
  }),

  verifies('create-expiry-honoured', async ({ backend, amount }) => {
    const { invoice, createdAt, expiresAt } = await backend.createInvoice({
      amountMsat: amount(1000),
      expirySeconds: EXPIRY_SECONDS,
    })
    const decoded = decodeInvoice(invoice as string)
    assert.equal(decoded.expiresAt - decoded.createdAt, EXPIRY_SECONDS, 'expiry in the text')
    assert.equal(expiresAt - createdAt, EXPIRY_SECONDS, 'expiry of the answer')
  }),

  verifies('returned-invoice-decodes-to-request', async ({ backend, network, amount }) => {
    const description = 'Kaffee & Kuchen ☕'
    const answer = await backend.createInvoice({ amountMsat: amount(4321), description, expirySeconds: 600 })
    const decoded = decodeInvoice(answer.invoice as string)
    assert.equal(decoded.paymentHash, answer.paymentHash, 'paymentHash')
    assert.equal(decoded.amountMsat, answer.amountMsat, 'amountMsat')
    assert.equal(decoded.expiresAt, answer.expiresAt, 'expiresAt')
    assert.ok(sameNetwork(decoded.network, network), `an invoice for ${decoded.network}`)
    if (answer.warnings === undefined) assert.equal(decoded.description, description, 'description')
  }),

  verifies('lookup-open', async ({ backend, amount }) => {
    const amountMsat = amount(1500)
    const { paymentHash } = await backend.createInvoice({ amountMsat, expirySeconds: 600 })
    const found = await backend.lookupInvoice({ paymentHash })
    assert.equal(found?.status, 'open')
    assert.equal(found?.amountMsat, amountMsat, 'amountMsat')
    assert.equal(found?.receivedMsat, undefined, 'receivedMsat of an unpaid invoice')
    assert.equal(found?.settledAt, undefined, 'settledAt of an unpaid invoice')
  }),

  verifies('lookup-settled-with-received-amount', async (context) => {
    const { stage, backend, amount } = context
    const amountMsat = amount(1600)
    const { paymentHash, invoice } = await backend.createInvoice({ amountMsat, expirySeconds: 600 })
    await stage.counterparty.pay({ invoice: invoice as string })
    const settled = await untilInvoice(context, paymentHash, 'settled')
    assert.equal(settled.amountMsat, amountMsat, 'amountMsat')
    assert.equal(settled.receivedMsat, amountMsat, 'receivedMsat')
  }),

  verifies('lookup-overpaid', async (context) => {
    const { stage, backend, amount } = context
    const amountMsat = amount(1600)
    const { paymentHash, invoice } = await backend.createInvoice({ amountMsat, expirySeconds: 600 })
    const paidMsat = msat(amountMsat + 200_000n)
    await stage.counterparty.overpay!({ invoice: invoice as string, amountMsat: paidMsat })
    const settled = await untilInvoice(context, paymentHash, 'settled')
    assert.equal(settled.amountMsat, amountMsat, 'amountMsat')
    assert.equal(settled.receivedMsat, paidMsat, 'receivedMsat')
  }),

  verifies('lookup-expired-by-clock', async (context) => {
    const { stage, backend, amount } = context
    const { paymentHash } = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 1 })
    await stage.clock?.advance(2)
    await untilInvoice(context, paymentHash, 'expired')
  }),

  verifies('lookup-unknown-undefined', async ({ backend }) => {
    const { paymentHash } = freshPreimage()
    assert.equal(await backend.lookupInvoice({ paymentHash }), undefined)
  }),

  verifies('preimage-hidden-until-settled', async (context) => {
    const { stage, backend, amount } = context
    const known = supports(backend.capabilities, 'createInvoice.preimage') ? freshPreimage() : undefined
    const created = await backend.createInvoice({
      amountMsat: amount(1000),
      expirySeconds: 600,
      ...(known === undefined ? {} : { preimage: known.preimage }),
    })
    const { paymentHash } = created
    const answers: unknown[] = [created, await backend.lookupInvoice({ paymentHash })]
    if (supports(backend.capabilities, 'listTransactions'))
      answers.push(await backend.listTransactions({ limit: 10 }))
    for (const answer of answers) {
      assert.equal((answer as { preimage?: unknown }).preimage, undefined, 'preimage of an unpaid invoice')
      if (known !== undefined)
        assert.ok(!describeValue(answer).includes(known.preimage), 'an answer holds the preimage')
    }
    await stage.counterparty.pay({ invoice: created.invoice as string })
    const settled = await untilInvoice(context, paymentHash, 'settled')
    if (settled.preimage !== undefined) expectProof(settled.preimage, paymentHash)
  }),
]

/** Looks an invoice up until it has this status. */
export async function untilInvoice(
  { backend, until }: CaseContext,
  paymentHash: PaymentHash,
  status: Invoice['status'],
): Promise<Invoice> {
  const found = await until(
    `the invoice is ${status}`,
    () => backend.lookupInvoice({ paymentHash }),
    (invoice) => invoice?.status === status,
  )
  return found as Invoice
}
