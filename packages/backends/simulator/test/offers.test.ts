import { decodeBolt12Invoice, decodeOffer, encodeOffer } from '@lightning-mcp/codec'
import { msat, preimage } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createManualClock, createSimulatedNetwork } from '../src/index.ts'

const HOUR_MS = 3_600_000

function open() {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const network = createSimulatedNetwork({ seed: 'offers', clock })
  const [alice, bob, shop] = ['alice', 'bob', 'shop'].map((name) => network.wallet(name))
  return { clock, network, alice: alice!, bob: bob!, shop: shop! }
}

const fee = { maxFeeMsat: msat(10_000n) }

test('two offers that say the same are two', async () => {
  const { shop } = open()
  const order = { amountMsat: msat(5000n), description: 'tea' }
  const [first, second] = [await shop.offers!.create(order), await shop.offers!.create(order)]
  expect(first.offerId).not.toBe(second.offerId)
  expect((await shop.offers!.list({ limit: 10 })).items).toEqual([second, first])
})

test('an invoice of an offer is signed by its owner and booked there', async () => {
  const { alice, shop } = open()
  const { offer } = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  const { invoice, paymentHash } = await alice.offers!.fetchInvoice!({ offer, payerNote: 'for two' })
  const { nodeId } = await shop.getInfo()
  expect(decodeBolt12Invoice(invoice)).toMatchObject({ nodeId, payerNote: 'for two', description: 'tea' })
  expect(await shop.lookupInvoice({ paymentHash })).toMatchObject({ status: 'open', amountMsat: 5000n })
  await alice.offers!.pay!({ offer, invoice, ...fee })
  const settled = await shop.lookupInvoice({ paymentHash })
  expect(settled).toMatchObject({ status: 'settled', receivedMsat: 5000n })
  // not BOLT 11: nobody could decode it as one
  expect(settled).not.toHaveProperty('invoice')
})

test('the payer has another key for every request', async () => {
  const { alice, shop } = open()
  const { offer } = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  const fetched = [await alice.offers!.fetchInvoice!({ offer }), await alice.offers!.fetchInvoice!({ offer })]
  const keys = fetched.map(({ invoice }) => decodeBolt12Invoice(invoice).payerId)
  expect(keys[0]).not.toBe(keys[1])
})

test('one invoice is paid once, an offer often', async () => {
  const { alice, shop } = open()
  const { offer } = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  const { invoice } = await alice.offers!.fetchInvoice!({ offer })
  await alice.offers!.pay!({ offer, invoice, ...fee })
  await expect(alice.offers!.pay!({ offer, invoice, ...fee })).rejects.toMatchObject({ code: 'already_paid' })
  await alice.offers!.pay!({ offer, ...fee })
  expect(await alice.offers!.listPayments!({ offer })).toHaveLength(2)
})

test('a failed payment of an offer is listed as well', async () => {
  const { alice, shop } = open()
  const { offer } = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  const payment = await alice.offers!.pay!({ offer, maxFeeMsat: msat(0n) })
  expect(payment).toMatchObject({ status: 'failed', failure: { reason: 'fee_limit_exceeded' } })
  expect(await alice.offers!.listPayments!({ offer })).toEqual([payment])
})

test('an invoice that was fetched may expire, and so may an offer', async () => {
  const { clock, alice, shop } = open()
  const lasting = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  const short = await shop.offers!.create({ description: 'an hour', expirySeconds: 3600 })
  const { invoice } = await alice.offers!.fetchInvoice!({ offer: lasting.offer })
  clock.advance(2 * HOUR_MS)
  await expect(alice.offers!.pay!({ offer: lasting.offer, invoice, ...fee })).rejects.toMatchObject({
    code: 'invoice_expired',
    sent: 'no',
  })
  await expect(
    alice.offers!.fetchInvoice!({ offer: short.offer, amountMsat: msat(1n) }),
  ).rejects.toMatchObject({ code: 'invoice_expired' })
  const { items } = await shop.offers!.list({ limit: 10 })
  expect(items.map(({ active }) => active)).toEqual([false, true])
})

test('an invoice of another offer is not paid', async () => {
  const { alice, shop, bob } = open()
  const tea = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  const beer = await bob.offers!.create({ amountMsat: msat(5000n), description: 'beer' })
  const { invoice } = await alice.offers!.fetchInvoice!({ offer: beer.offer })
  await expect(alice.offers!.pay!({ offer: tea.offer, invoice, ...fee })).rejects.toMatchObject({
    code: 'invalid_invoice',
    sent: 'no',
  })
})

test('an owner that is offline or unknown does not answer', async () => {
  const { network, alice, shop } = open()
  const { offer } = await shop.offers!.create({ amountMsat: msat(5000n), description: 'tea' })
  network.setPeerOnline('shop', false)
  await expect(alice.offers!.fetchInvoice!({ offer })).rejects.toMatchObject({ code: 'unavailable' })
  network.setPeerOnline('shop', true)
  const { issuerId } = decodeOffer(offer)
  // the same node never made this one
  const forged = encodeOffer({
    network: 'regtest',
    issuerId: issuerId!,
    amountMsat: msat(1n),
    description: 'forged',
  })
  await expect(alice.offers!.fetchInvoice!({ offer: forged })).rejects.toMatchObject({
    code: 'recipient_rejected',
  })
})

test('an own offer is not paid by mistake', async () => {
  const { alice } = open()
  const { offer } = await alice.offers!.create({ amountMsat: msat(5000n), description: 'mine' })
  await expect(alice.offers!.pay!({ offer, ...fee })).rejects.toMatchObject({ code: 'self_payment' })
})

test('an offer for another network is refused before anything is asked', async () => {
  const { alice, shop } = open()
  const { nodeId } = await shop.getInfo()
  const offer = encodeOffer({ network: 'mainnet', issuerId: nodeId!, description: 'real money' })
  await expect(alice.offers!.pay!({ offer, amountMsat: msat(1n), ...fee })).rejects.toMatchObject({
    code: 'wrong_network',
    sent: 'no',
  })
})

test('the counterparty offers, and the wallet pays as often as it likes', async () => {
  const { alice } = open()
  const { offer, offerId } = await alice.controls.createTestOffer({ memo: 'tip' })
  expect(decodeOffer(offer)).toMatchObject({ offerId, description: 'tip' })
  const payment = await alice.offers!.pay!({ offer, amountMsat: msat(777n), ...fee })
  expect(payment).toMatchObject({ status: 'settled', amountMsat: 777n })
})

test('a node that chooses preimages ignores the one that was given', async () => {
  const { network } = open()
  const alice = network.wallet('alice', { keysendChoosesPreimage: true })
  expect(await alice.connect()).toMatchObject({ keysendChoosesPreimage: true, keepsPaymentLabels: true })
  const given = preimage('11'.repeat(32))
  const destination = network.nodes.find(({ name }) => name === 'shop')!.nodeId
  const order = { destination, amountMsat: msat(1000n), ...fee, preimage: given }
  const first = await alice.keysend!.send({ ...order, label: 'once' })
  const second = await alice.keysend!.send({ ...order, label: 'twice' })
  expect([first.status, second.status]).toEqual(['settled', 'settled'])
  expect(first.preimage).not.toBe(given)
  expect(await alice.lookupPayment({ label: 'once', since: 0 })).toEqual(first)
})
