import { msat, sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createSimulatedNetwork } from '../src/index.ts'

function open() {
  const network = createSimulatedNetwork({ seed: 'channels' })
  const idOf = (name: string) => network.nodes.find((node) => node.name === name)!.nodeId
  return { network, idOf, alice: network.wallet('alice'), shop: network.wallet('shop') }
}

test('an opened channel waits for three blocks and then carries payments', async () => {
  const { network, idOf, alice, shop } = open()
  const opening = await alice.channels!.open!({ peer: idOf('shop'), capacitySat: sat(500_000n) })
  expect(opening).toMatchObject({ status: 'pending' })
  expect(await alice.onchain!.getBalance({})).toMatchObject({ confirmedSat: 0n })
  network.mineBlocks(2)
  expect(await alice.channels!.listPending!({})).toMatchObject([{ state: 'opening', initiator: 'local' }])
  network.mineBlocks(1)
  expect(await alice.channels!.listPending!({})).toEqual([])
  const { items } = await alice.channels!.list({ limit: 10 })
  expect(items).toHaveLength(2)
  expect(items[1]).toMatchObject({ state: 'active', channelId: opening.channelId, localMsat: 500_000_000n })
  const { invoice } = await shop.createInvoice({ amountMsat: msat(1000n), expirySeconds: 60 })
  expect(await alice.payInvoice({ invoice: invoice!, maxFeeMsat: msat(0n) })).toMatchObject({
    status: 'settled',
    feeMsat: 0n,
  })
})

test('a cooperative close pays both sides with the next block', async () => {
  const { network, alice } = open()
  const [channel] = (await alice.channels!.list({ limit: 1 })).items
  const closing = await alice.channels!.close!({
    channel: { channelId: channel!.channelId! },
    mode: 'cooperative',
  })
  expect(closing).toMatchObject({ status: 'pending' })
  expect(await alice.channels!.listPending!({})).toMatchObject([{ state: 'closing' }])
  expect((await alice.getBalance()).spendableMsat).toBe(0n)
  network.mineBlocks(1)
  expect((await alice.channels!.listClosed!({ limit: 10 })).items).toMatchObject([{ state: 'closed' }])
  // 1,020,400 less 340 for the transaction, which the opener pays
  expect(await alice.onchain!.getBalance({})).toMatchObject({ confirmedSat: 5_000_000n + 1_020_060n })
})

test('the author of a forced close waits 144 blocks, the other side one', async () => {
  const { network, alice } = open()
  const hub = network.wallet('hub')
  const before = (await hub.onchain!.getBalance({})).confirmedSat
  const [channel] = (await alice.channels!.list({ limit: 1 })).items
  await alice.channels!.close!({ channel: { channelId: channel!.channelId! }, mode: 'force' })
  expect(await alice.channels!.listPending!({})).toMatchObject([{ state: 'force-closing' }])
  network.mineBlocks(1)
  expect((await hub.onchain!.getBalance({})).confirmedSat).toBe(before + 1_019_600n)
  expect(await alice.onchain!.getBalance({})).toMatchObject({
    confirmedSat: 5_000_000n,
    reservedSat: 1_020_060n,
  })
  network.mineBlocks(144)
  expect(await alice.onchain!.getBalance({})).toMatchObject({ confirmedSat: 6_020_060n, reservedSat: 0n })
})

test('a channel with a payment under way closes by force alone', async () => {
  const { network, alice } = open()
  network.holdNextHtlc({ node: 'shop' })
  const { invoice, paymentHash } = await alice.controls.createTestInvoice({ amountMsat: msat(50_000n) })
  const paying = alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  const [channel] = (await alice.channels!.list({ limit: 1 })).items
  const ref = { channelId: channel!.channelId! }
  await expect(alice.channels!.close!({ channel: ref, mode: 'cooperative' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await alice.channels!.close!({ channel: ref, mode: 'force' })
  expect(await alice.lookupPayment({ paymentHash })).toMatchObject({ status: 'pending' })
  network.mineBlocks(1)
  expect(await paying).toMatchObject({ status: 'failed' })
  expect(network.audit().inHtlcsMsat).toBe(0n)
})

test('coins move to another node and leave the network', async () => {
  const { network, alice, shop } = open()
  const address = await shop.onchain!.newAddress!({ type: 'p2tr' })
  expect(address).toMatch(/^bcrt1p/)
  const sent = await alice.onchain!.send!({ address, amountSat: sat(100_000n), feeRateSatPerVbyte: 3 })
  expect(sent.status).toBe('broadcast')
  expect(await shop.onchain!.getBalance({})).toMatchObject({ unconfirmedSat: 100_000n })
  network.mineBlocks(1)
  expect(await shop.onchain!.getBalance({})).toMatchObject({
    confirmedSat: 5_100_000n,
    unconfirmedSat: 0n,
  })
  const { items } = await alice.onchain!.listTransactions!({ limit: 10 })
  // 11 + 68 + 2 × 31 vbytes at 3 sat
  expect(items[0]).toMatchObject({ txId: sent.txId, netSat: -100_423n, feeSat: 423n, confirmations: 1 })
  await alice.onchain!.send!({ address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', amountSat: sat(1000n) })
  expect(network.audit().leftMsat).toBe(1_000_000n)
})

test.each([
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  'bcrt1qnonsense',
  '',
  '1BoatSLRHtKNngkdXEeobR76b53LETtpyT',
])('the address %j is refused and nothing is spent', async (address) => {
  const { alice } = open()
  await expect(alice.onchain!.send!({ address, amountSat: sat(1000n) })).rejects.toMatchObject({
    code: 'invalid_request',
    sent: 'no',
  })
  expect(await alice.onchain!.getBalance({})).toMatchObject({ confirmedSat: 5_000_000n })
})

test('a changed policy changes what others pay', async () => {
  const { network, alice } = open()
  await network.wallet('hub').channels!.updatePolicy!({
    channel: 'all',
    policy: { feeBaseMsat: msat(0n), feeProportionalMillionths: 0, cltvExpiryDelta: 40 },
  })
  const { invoice } = await alice.controls.createTestInvoice({ amountMsat: msat(5000n) })
  expect(await alice.payInvoice({ invoice, maxFeeMsat: msat(0n) })).toMatchObject({ status: 'settled' })
})

test('orders out of range are refused and nothing is done', async () => {
  const { network, idOf, alice } = open()
  const before = network.audit()
  const [channel] = (await alice.channels!.list({ limit: 1 })).items
  const ref = { channelId: channel!.channelId! }
  const policy = { feeBaseMsat: 0n as never, feeProportionalMillionths: 0, cltvExpiryDelta: 40 }
  const orders: (() => Promise<unknown>)[] = [
    () => alice.channels!.close!({ channel: ref, mode: 'cooperative', feeRateSatPerVbyte: Number.NaN }),
    () => alice.channels!.close!({ channel: { channelId: 'elsewhere' }, mode: 'force' }),
    () => alice.channels!.open!({ peer: idOf('shop'), capacitySat: sat(100n) }),
    () => alice.channels!.open!({ peer: idOf('alice'), capacitySat: sat(100_000n) }),
    () =>
      alice.channels!.open!({ peer: idOf('shop'), capacitySat: sat(100_000n), pushMsat: msat(100_000_000n) }),
    () => alice.channels!.updatePolicy!({ channel: 'all', policy: { ...policy, feeBaseMsat: -1n as never } }),
    () => alice.channels!.updatePolicy!({ channel: 'all', policy: { ...policy, cltvExpiryDelta: 0.5 } }),
    () =>
      alice.keysend!.send({
        destination: idOf('shop'),
        amountMsat: msat(1n),
        maxFeeMsat: msat(0n),
        preimage: 'zz' as never,
      }),
    () => alice.controls.mineBlocks({ count: -1 }),
  ]
  for (const order of orders)
    await expect(order()).rejects.toMatchObject({ code: 'invalid_request', sent: 'no' })
  expect(network.audit()).toEqual(before)
  expect((await alice.channels!.list({ limit: 1 })).items).toEqual([channel])
})

test('peers can be connected and disconnected where no channel is', async () => {
  const { idOf, alice } = open()
  const peer = { nodeId: idOf('shop'), host: 'localhost' }
  await alice.peers!.connect!(peer)
  expect(await alice.peers!.connect!(peer)).toMatchObject({ connected: true })
  expect((await alice.peers!.list({})).map(({ nodeId }) => nodeId).sort()).toEqual(
    [idOf('hub'), idOf('shop')].sort(),
  )
  await alice.peers!.disconnect!({ nodeId: idOf('shop') })
  await expect(alice.peers!.disconnect!({ nodeId: idOf('hub') })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('the test controls never spend the money of the wallet', async () => {
  const { network, alice, shop } = open()
  const { invoice } = await alice.controls.createTestInvoice({ amountMsat: msat(5000n), memo: 'tea' })
  const before = await alice.getBalance()
  await expect(alice.controls.payTestInvoice({ invoice })).rejects.toMatchObject({ code: 'self_payment' })
  await expect(shop.controls.payTestInvoice({ invoice })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await alice.getBalance()).toEqual(before)
  expect(await alice.controls.mineBlocks({ count: 2 })).toEqual({ blockHeight: network.blockHeight })
})
