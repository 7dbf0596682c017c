import assert from 'node:assert/strict'
import { createECDH, randomBytes } from 'node:crypto'
import { decodeBolt12Invoice, decodeOffer, encodeOffer } from '@lightning-mcp/codec'
import { LightningError, msat, type NodeId, nodeId, sameNetwork } from '@lightning-mcp/core'
import { expectRefusal, expectSettled, settle } from '../expectations.ts'
import { settledFee, untilPayment } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

const GENEROUS_FEE_MSAT = msat(2_000_000n)
const PAGE_SIZE = 2
const MOST_PAGES = 50
/** Between two clocks. */
const SKEW_SECONDS = 60

export const offerScenarios: readonly Scenario[] = [
  verifies('offer-decodes-to-request', async ({ backend, network, amount, now }) => {
    const amountMsat = amount(4500)
    const description = freshText('tea & cake ☕')
    const fixed = await backend.offers!.create({ amountMsat, description, expirySeconds: 3600 })
    const decoded = decodeOffer(fixed.offer)
    assert.equal(fixed.active, true, 'a new offer is active')
    assert.equal(fixed.amountMsat, amountMsat, 'amountMsat of the answer')
    assert.equal(decoded.amountMsat, amountMsat, 'amount in the text')
    assert.equal(decoded.description, description, 'description in the text')
    assert.ok(
      decoded.networks.some((candidate) => sameNetwork(candidate, network)),
      `an offer for ${decoded.networks.join()}`,
    )
    assert.ok(decoded.expiresAt !== undefined, 'the offer expires')
    const offBySeconds = Math.abs(decoded.expiresAt - (now() + 3600))
    assert.ok(offBySeconds <= SKEW_SECONDS, `the expiry is ${offBySeconds} s off`)
    const open = await backend.offers!.create({ description: freshText('as you like') })
    assert.equal(decodeOffer(open.offer).amountMsat, undefined, 'amount of an offer without one')
    assert.equal(decodeOffer(open.offer).expiresAt, undefined, 'expiry of an offer without one')
  }),

  verifies('offer-pages-join', async ({ backend, amount }) => {
    const made: string[] = []
    for (let index = 0; index < 3; index++) {
      const description = freshText('one of several')
      made.push((await backend.offers!.create({ amountMsat: amount(1000 + index), description })).offerId)
    }
    const ids: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page++) {
      const { items, nextCursor } = await backend.offers!.list({
        limit: PAGE_SIZE,
        ...(cursor === undefined ? {} : { cursor }),
      })
      assert.ok(items.length <= PAGE_SIZE, `a page of ${items.length} where ${PAGE_SIZE} were asked for`)
      ids.push(...items.map(({ offerId }) => offerId))
      if (nextCursor === undefined) break
      cursor = nextCursor
    }
    assert.equal(new Set(ids).size, ids.length, 'an offer is listed twice')
    for (const id of made) assert.ok(ids.includes(id), `${id} is missing`)
  }),

  verifies('offer-paid-until-disabled', async ({ stage, backend, amount, holdings, untilHoldings }) => {
    const { counterparty } = stage
    const amountMsat = amount(3600)
    const before = await holdings()
    const description = freshText('twice')
    const { offer, offerId } = await backend.offers!.create({ amountMsat, description })
    for (let time = 0; time < 2; time++) await counterparty.payOffer!({ offer })
    await untilHoldings(before + 2n * amountMsat)
    for (const time of ['first', 'second'])
      assert.equal((await backend.offers!.disable!({ offerId })).active, false, `${time} stop`)
    await assert.rejects(counterparty.payOffer!({ offer }))
    assert.equal(await holdings(), before + 2n * amountMsat, 'a stopped offer was paid')
  }),

  verifies('offer-fetched-invoice-is-paid', async (context) => {
    const { stage, backend, amount } = context
    const amountMsat = amount(3700)
    const offer = await stage.counterparty.createOffer!({ amountMsat })
    const fetched = await backend.offers!.fetchInvoice!({ offer, payerNote: 'thanks' })
    const decoded = decodeBolt12Invoice(fetched.invoice)
    assert.equal(decoded.offerId, decodeOffer(offer).offerId, 'the offer of the invoice')
    assert.equal(decoded.paymentHash, fetched.paymentHash, 'paymentHash')
    assert.equal(fetched.amountMsat, amountMsat, 'amountMsat of the answer')
    assert.equal(decoded.amountMsat, amountMsat, 'amount in the text')
    const { paymentHash } = fetched
    assert.equal(await backend.lookupPayment({ paymentHash }), undefined, 'fetching has paid')
    const payment = await backend.offers!.pay!({
      offer,
      invoice: fetched.invoice,
      maxFeeMsat: GENEROUS_FEE_MSAT,
    })
    expectSettled(payment, { paymentHash, amountMsat })
    expectSettled(await untilPayment(context, { paymentHash }, 'settled'), { paymentHash, amountMsat })
  }),

  verifies('offer-owner-unreachable', async ({ backend, network, amount }) => {
    const offer = encodeOffer({
      network,
      issuerId: nodeOfNobody(),
      amountMsat: amount(1000),
      description: 'of a node that does not exist',
    })
    await expectRefusal('fetchInvoice', () => backend.offers!.fetchInvoice!({ offer }), ['unavailable'])
  }),

  verifies('offer-owner-refuses', async ({ stage, backend, amount }) => {
    const offer = await stage.counterparty.createOffer!({ amountMsat: amount(1000) })
    await stage.counterparty.disableOffer!(offer)
    await expectRefusal('fetchInvoice of a stopped offer', () => backend.offers!.fetchInvoice!({ offer }), [
      'recipient_rejected',
    ])
  }),

  verifies('offer-pay-amount', async (context) => {
    const { stage, backend, amount, holdings, untilHoldings } = context
    const maxFeeMsat = GENEROUS_FEE_MSAT
    const amountMsat = amount(3800)
    const before = await holdings()
    const fixed = await stage.counterparty.createOffer!({ amountMsat })
    await expectRefusal(
      'an amount beside an offer that has one',
      () => backend.offers!.pay!({ offer: fixed, amountMsat, maxFeeMsat }),
      ['amount_not_allowed'],
    )
    const open = await stage.counterparty.createOffer!({})
    await expectRefusal(
      'an offer without an amount',
      () => backend.offers!.pay!({ offer: open, maxFeeMsat }),
      ['amount_required'],
    )
    const payment = await backend.offers!.pay!({ offer: open, amountMsat, maxFeeMsat })
    expectSettled(payment, { paymentHash: payment.paymentHash, amountMsat })
    await untilHoldings(before - amountMsat - (await settledFee(context, payment)))
  }),

  verifies('offer-lost-payment-listed', async ({ stage, backend, amount, until }) => {
    const amountMsat = amount(3900)
    const offer = await stage.counterparty.createOffer!({ amountMsat })
    assert.deepEqual(await backend.offers!.listPayments!({ offer }), [], 'payments of a new offer')
    stage.faults!.loseReply!()
    const answer = await settle(() => backend.offers!.pay!({ offer, maxFeeMsat: GENEROUS_FEE_MSAT }))
    if ('error' in answer) assertUndecided(answer.error)
    else assert.notEqual(answer.value.status, 'failed', describeValue(answer.value))
    const found = await until(
      'the payment is listed as settled',
      () => backend.offers!.listPayments!({ offer }),
      (payments) => payments.some(({ status }) => status === 'settled'),
    )
    assert.equal(found.length, 1, `payments of the offer: ${describeValue(found)}`)
    const [payment] = found
    assert.ok(payment !== undefined)
    expectSettled(payment, { paymentHash: payment.paymentHash, amountMsat })
  }),
]

/** What only this case says: some nodes make the same offer of the same words. */
const freshText = (text: string): string => `${text} ${randomBytes(6).toString('hex')}`

/** A key whose node nobody runs. */
export const nodeOfNobody = (): NodeId => nodeId(createECDH('secp256k1').generateKeys('hex', 'compressed'))

/** A payment whose hash was in the lost answer: it may be thrown, as undecided. */
export function assertUndecided(error: unknown): asserts error is LightningError {
  assert.ok(
    LightningError.is(error) && error.code === 'outcome_unknown' && error.sent !== 'no',
    `an undecided payment threw ${String(error)}`,
  )
}
