import { createHash, randomBytes } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import { type LightningBackend, msat, type NodeId, type Payment, preimage, sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createManualClock, createSimulatedNetwork, type NetworkTopology } from '../src/index.ts'
import { hashOf } from '../src/invoices/create-invoice.ts'

const sats = (amountSat: bigint) => msat(amountSat * 1000n)

/** alice reaches shop over two nodes: `cheap` has little to forward with, `dear` has plenty. */
const twoWays: NetworkTopology = {
  nodes: [{ name: 'alice' }, { name: 'cheap' }, { name: 'dear' }, { name: 'shop' }],
  channels: [
    { between: ['alice', 'cheap'], capacitySat: sat(1_000_000n) },
    { between: ['alice', 'dear'], capacitySat: sat(1_000_000n) },
    { between: ['cheap', 'shop'], capacitySat: sat(1_000_000n), remoteSat: sat(900_000n) },
    {
      between: ['dear', 'shop'],
      capacitySat: sat(1_000_000n),
      policies: [{ feeBaseMsat: msat(5000n), feeProportionalMillionths: 2000 }],
    },
  ],
}

function open(topology: NetworkTopology = twoWays) {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const network = createSimulatedNetwork({ seed: 'payments', clock, topology })
  return { clock, network, alice: network.wallet('alice'), shop: network.wallet('shop') }
}

interface PayOptions {
  maxFeeMsat?: bigint
  maxParts?: number
  lastHop?: NodeId
  timeoutSeconds?: number
}

/** The payment is under way when this resolves; its outcome is a promise of its own. */
async function begin(
  payer: LightningBackend,
  payee: LightningBackend,
  amountSat: bigint,
  { maxFeeMsat = 1_000_000_000n, ...more }: PayOptions = {},
): Promise<{ paying: Promise<Payment> }> {
  const { invoice } = await payee.createInvoice({ amountMsat: sats(amountSat), expirySeconds: 3600 })
  return { paying: payer.payInvoice({ ...more, invoice: invoice!, maxFeeMsat: msat(maxFeeMsat) }) }
}

const pay = async (...order: Parameters<typeof begin>): Promise<Payment> => (await begin(...order)).paying

test('the cheapest route is taken and its fee is exact', async () => {
  const { alice, shop } = open()
  const payment = await pay(alice, shop, 1234n)
  // 1000 msat and 100 millionths of 1,234,000 msat, rounded down
  expect(payment).toMatchObject({ status: 'settled', feeMsat: 1123n, parts: 1 })
  expect(createHash('sha256').update(Buffer.from(payment.preimage!, 'hex')).digest('hex')).toBe(
    payment.paymentHash,
  )
})

test('a route that lacks liquidity is left for a dearer one', async () => {
  const { alice, shop } = open()
  // cheap can forward 90,000 sats at most
  const payment = await pay(alice, shop, 200_000n, { maxParts: 1 })
  expect(payment).toMatchObject({ status: 'settled', feeMsat: 5000n + 400_000n, parts: 1 })
})

test('an amount that fits into no channel goes in parts', async () => {
  const { alice, shop, network } = open()
  const payment = await pay(alice, shop, 520_000n)
  expect(payment.status).toBe('settled')
  expect(payment.parts).toBeGreaterThan(1)
  const { spendableMsat } = await alice.getBalance()
  expect(spendableMsat + sats(520_000n) + payment.feeMsat!).toBe(sats(980_000n))
  expect(network.audit().inHtlcsMsat).toBe(0n)
})

test.each([
  { name: 'more than there is', amountSat: 2_000_000n, more: {}, reason: 'insufficient_balance' },
  {
    name: 'one part too large for any channel',
    amountSat: 600_000n,
    more: { maxParts: 1 },
    reason: 'no_route',
  },
  {
    name: 'a fee above the limit',
    amountSat: 1000n,
    more: { maxFeeMsat: 1099n },
    reason: 'fee_limit_exceeded',
  },
])('$name fails as $reason and moves nothing', async ({ amountSat, more, reason }) => {
  const { alice, shop, network } = open()
  const before = await alice.getBalance()
  const payment = await pay(alice, shop, amountSat, more)
  expect(payment).toMatchObject({ status: 'failed', failure: { reason, sameHashRetryable: true } })
  expect(await alice.getBalance()).toEqual(before)
  expect(network.audit().inHtlcsMsat).toBe(0n)
})

test('the smallest amount that finds no route fails', async () => {
  const { alice, shop, network } = open()
  network.setPeerOnline('shop', false)
  const { invoice } = await shop.createInvoice({ amountMsat: msat(1n), expirySeconds: 60 })
  const payment = await alice.payInvoice({ invoice: invoice!, maxFeeMsat: msat(10_000n) })
  expect(payment).toMatchObject({ status: 'failed', failure: { reason: 'no_route' } })
})

test('the last hop and the first channel can be chosen', async () => {
  const { alice, shop, network } = open()
  const dear = network.nodes.find(({ name }) => name === 'dear')!.nodeId
  expect(await pay(alice, shop, 1000n, { lastHop: dear })).toMatchObject({ feeMsat: 7000n })
  const { items } = await alice.channels!.list({ limit: 10 })
  const outgoing = items.find(({ peer }) => peer === dear)!.shortChannelId!
  const { invoice } = await shop.createInvoice({ amountMsat: sats(1000n), expirySeconds: 60 })
  const payment = await alice.payInvoice({
    invoice: invoice!,
    maxFeeMsat: sats(10n),
    outgoingChannels: [outgoing],
  })
  expect(payment).toMatchObject({ status: 'settled', feeMsat: 7000n })
})

test('a held HTLC is pending until it is released, then settles', async () => {
  const { alice, shop, network, clock } = open()
  network.holdNextHtlc({ node: 'cheap' })
  const { paying } = await begin(alice, shop, 1000n, { timeoutSeconds: 5 })
  clock.advance(5000)
  const { paymentHash, status } = await paying
  expect(status).toBe('pending')
  expect(await alice.getBalance()).toMatchObject({ pendingOutgoingMsat: 1_001_100n })
  expect(network.releaseHeldHtlcs('forward')).toBe(1)
  expect(await alice.lookupPayment({ paymentHash })).toMatchObject({ status: 'settled', feeMsat: 1100n })
})

test('a held HTLC that is sent back is tried another way', async () => {
  const { alice, shop, network } = open()
  network.holdNextHtlc({ node: 'cheap' })
  const { paying } = await begin(alice, shop, 1000n)
  network.releaseHeldHtlcs('fail')
  expect(await paying).toMatchObject({ status: 'settled', feeMsat: 7000n })
})

test('a held HTLC goes back once its time lock is over', async () => {
  const { alice, shop, network } = open()
  network.setPeerOnline('dear', false)
  network.holdNextHtlc({ node: 'shop' })
  const { paying } = await begin(alice, shop, 1000n)
  network.mineBlocks(79)
  expect(network.audit().inHtlcsMsat).toBeGreaterThan(0n)
  network.mineBlocks(1)
  expect(await paying).toMatchObject({ status: 'failed' })
  expect(network.audit().inHtlcsMsat).toBe(0n)
})

test('a peer that goes away keeps the outcome back until it returns', async () => {
  const { alice, shop, network } = open()
  const secret = preimage(randomBytes(32).toString('hex'))
  const held = await shop.hold!.create({
    paymentHash: hashOf(secret),
    amountMsat: sats(1000n),
    expirySeconds: 3600,
  })
  const paying = alice.payInvoice({ invoice: held.invoice!, maxFeeMsat: sats(10n) })
  await alice.getInfo()
  expect(await shop.lookupInvoice(held)).toMatchObject({ status: 'accepted', receivedMsat: sats(1000n) })
  network.setPeerOnline('cheap', false)
  await shop.hold!.settle({ preimage: secret })
  expect(await alice.lookupPayment(held)).toMatchObject({ status: 'pending' })
  network.setPeerOnline('cheap', true)
  expect(await paying).toMatchObject({ status: 'settled', preimage: secret })
})

test('a hold invoice is canceled shortly before its HTLCs run out', async () => {
  const { alice, shop, network } = open()
  const held = await shop.hold!.create({
    paymentHash: hashOf(preimage('07'.repeat(32))),
    amountMsat: sats(1000n),
    expirySeconds: 3600,
  })
  const paying = alice.payInvoice({ invoice: held.invoice!, maxFeeMsat: sats(10n) })
  await alice.getInfo()
  const { htlcExpiryHeight } = (await shop.lookupInvoice(held))!
  network.mineBlocks(htlcExpiryHeight! - 12 - network.blockHeight)
  expect(await paying).toMatchObject({ status: 'failed' })
  expect(await shop.lookupInvoice(held)).toMatchObject({ status: 'canceled' })
})

test('with latency a payment takes its time and settles', async () => {
  const { alice, shop, network, clock } = open()
  network.setLatency(100)
  let over = false
  const { paying } = await begin(alice, shop, 1000n)
  void paying.then(() => {
    over = true
  })
  clock.advance(300)
  await alice.getInfo()
  expect(over).toBe(false)
  clock.advance(300)
  expect(await paying).toMatchObject({ status: 'settled' })
})

test('after its time-out a payment starts no further attempt', async () => {
  const { alice, shop, network, clock } = open()
  network.holdNextHtlc({ node: 'cheap' })
  const { paying } = await begin(alice, shop, 1000n, { timeoutSeconds: 5 })
  clock.advance(5000)
  const { paymentHash } = await paying
  network.releaseHeldHtlcs('fail')
  expect(await alice.lookupPayment({ paymentHash })).toMatchObject({
    status: 'failed',
    failure: { reason: 'timeout' },
  })
})

test('a payment to itself moves nothing when it is allowed', async () => {
  const { alice, network } = open()
  const { invoice } = await alice.createInvoice({ amountMsat: sats(10n), expirySeconds: 60 })
  const before = network.audit()
  expect(
    await alice.payInvoice({ invoice: invoice!, maxFeeMsat: msat(0n), allowSelfPayment: true }),
  ).toMatchObject({ status: 'settled', feeMsat: 0n })
  expect(network.audit()).toEqual(before)
})

test('routes are listed cheapest first, and the estimate is the cheapest', async () => {
  const { alice, shop } = open()
  const { invoice } = await shop.createInvoice({ amountMsat: sats(1000n), expirySeconds: 60 })
  const target = { invoice: invoice! }
  const routes = await alice.routing!.findRoutes!({ target, limit: 5 })
  expect(routes.map(({ feeMsat }) => feeMsat)).toEqual([1100n, 7000n])
  expect(routes[0]!.hops.at(-1)).toMatchObject({ nodeId: decodeInvoice(invoice!).payee, feeMsat: 0n })
  expect(await alice.routing!.estimateFee({ target })).toEqual({ feeMsat: 1100n, method: 'graph' })
})

test('private channels carry only payments of their own two nodes', async () => {
  const { alice, shop } = open({
    nodes: [{ name: 'alice' }, { name: 'hub' }, { name: 'shop' }],
    channels: [
      { between: ['alice', 'hub'], capacitySat: sat(1_000_000n), private: true },
      { between: ['hub', 'shop'], capacitySat: sat(1_000_000n) },
    ],
  })
  expect(await pay(alice, shop, 1000n)).toMatchObject({ status: 'settled' })
  expect(await pay(shop, alice, 500n)).toMatchObject({ status: 'failed', failure: { reason: 'no_route' } })
})

test('what one seed made it makes again', async () => {
  const story = async () => {
    const { alice, shop, network } = open()
    const payment = await pay(alice, shop, 1234n)
    const { items } = await shop.listTransactions({ limit: 10 })
    const { invoice } = await alice.createInvoice({ expirySeconds: 60, description: 'again' })
    return { nodes: network.nodes, payment, items, invoice }
  }
  expect(await story()).toEqual(await story())
})

test('networks without a seed share no key and no payment hash', async () => {
  const first = createSimulatedNetwork()
  const second = createSimulatedNetwork()
  expect(first.nodes[0]!.nodeId).not.toBe(second.nodes[0]!.nodeId)
  const request = { expirySeconds: 60 }
  const one = await first.wallet('alice').createInvoice(request)
  const other = await second.wallet('alice').createInvoice(request)
  expect(one.paymentHash).not.toBe(other.paymentHash)
})
