import { type Channel, msat, sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createSimulatedNetwork, type SimulatorBackend } from '../src/index.ts'

function open() {
  const network = createSimulatedNetwork({ seed: 'splicing' })
  return { network, alice: network.wallet('alice'), shop: network.wallet('shop') }
}

const channelOf = async (wallet: SimulatorBackend): Promise<Channel> =>
  (await wallet.channels!.list({ limit: 1 })).items[0]!

test('coins spliced in carry payments after three blocks', async () => {
  const { network, alice } = open()
  const before = await channelOf(alice)
  const splice = await alice.splicing!.spliceIn({
    channel: { channelId: before.channelId! },
    amountSat: sat(500_000n),
    feeRateSatPerVbyte: 1,
  })
  expect(splice).toMatchObject({ status: 'pending', channelId: before.channelId })
  const pending = await channelOf(alice)
  expect(pending).toMatchObject({
    state: 'active',
    channelId: before.channelId,
    shortChannelId: before.shortChannelId,
    fundingOutpoint: `${splice.txId}:0`,
    capacitySat: before.capacitySat + 500_000n,
    localMsat: before.localMsat + 500_000_000n,
  })
  // the reserve is 1 % of the larger channel
  expect(pending.spendableMsat).toBe(before.spendableMsat! - 5_000_000n)
  // old funding, one coin, two outputs
  const [transaction] = (await alice.onchain!.listTransactions!({ limit: 1 })).items
  expect(transaction).toMatchObject({ txId: splice.txId, feeSat: 209n, netSat: -500_209n })
  network.mineBlocks(1)
  expect((await channelOf(alice)).shortChannelId).not.toBe(before.shortChannelId)
  network.mineBlocks(2)
  expect((await channelOf(alice)).spendableMsat).toBe(before.spendableMsat! + 495_000_000n)
})

test('coins spliced out are gone at once, with their fee', async () => {
  const { network, alice, shop } = open()
  const before = await channelOf(alice)
  const address = await shop.onchain!.newAddress!({})
  const splice = await alice.splicing!.spliceOut({
    channel: { shortChannelId: before.shortChannelId! },
    amountSat: sat(200_000n),
    address,
    feeRateSatPerVbyte: 2,
  })
  expect(splice.status).toBe('pending')
  const after = await channelOf(alice)
  expect(after.capacitySat).toBe(before.capacitySat - 200_380n)
  expect(after.localMsat).toBe(before.localMsat - 200_380_000n)
  expect(after.remoteMsat).toBe(before.remoteMsat)
  network.mineBlocks(1)
  expect((await shop.onchain!.getBalance({})).confirmedSat).toBe(5_200_000n)
})

test('a spliced channel closes for what is in it', async () => {
  const { network, alice } = open()
  const { channelId } = await channelOf(alice)
  const channel = { channelId: channelId! }
  await alice.splicing!.spliceIn({ channel, amountSat: sat(500_000n), feeRateSatPerVbyte: 1 })
  await alice.channels!.close!({ channel, mode: 'cooperative' })
  network.mineBlocks(1)
  // as without the splice, less its fee
  expect(await alice.onchain!.getBalance({})).toMatchObject({ confirmedSat: 5_000_000n + 1_020_060n - 209n })
})

test('a spliced channel outlives its network', async () => {
  const { mkdtempSync, rmSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')
  const folder = mkdtempSync(join(tmpdir(), 'splicing-'))
  const stateFile = join(folder, 'network.sqlite')
  const first = createSimulatedNetwork({ stateFile })
  const { channelId } = await channelOf(first.wallet('alice'))
  const channel = { channelId: channelId! }
  await first.wallet('alice').splicing!.spliceIn({ channel, amountSat: sat(500_000n) })
  const spliced = await channelOf(first.wallet('alice'))
  first.close()
  const second = createSimulatedNetwork({ stateFile })
  expect(await channelOf(second.wallet('alice'))).toEqual(spliced)
  second.mineBlocks(3)
  expect((await channelOf(second.wallet('alice'))).spendableMsat).toBe(spliced.spendableMsat! + 500_000_000n)
  second.close()
  rmSync(folder, { recursive: true })
})

test('a splice that is not possible is refused and nothing is done', async () => {
  const { network, alice } = open()
  const channel = { channelId: (await channelOf(alice)).channelId! }
  const address = await alice.onchain!.newAddress!({})
  const before = network.audit()
  const orders: [code: string, order: () => Promise<unknown>][] = [
    ['invalid_request', () => alice.splicing!.spliceIn({ channel, amountSat: sat(0n) })],
    [
      'invalid_request',
      () => alice.splicing!.spliceIn({ channel: { channelId: 'elsewhere' }, amountSat: sat(1000n) }),
    ],
    ['insufficient_balance', () => alice.splicing!.spliceIn({ channel, amountSat: sat(5_000_000n) })],
    ['invalid_request', () => alice.splicing!.spliceIn({ channel, amountSat: sat(1_000_000_000n) })],
    [
      'insufficient_balance',
      () => alice.splicing!.spliceOut({ channel, amountSat: sat(1_010_000n), address }),
    ],
    ['invalid_request', () => alice.splicing!.spliceOut({ channel, amountSat: sat(100n), address })],
    [
      'invalid_request',
      () => alice.splicing!.spliceOut({ channel, amountSat: sat(1000n), address: 'bcrt1qnonsense' }),
    ],
  ]
  for (const [code, order] of orders) await expect(order()).rejects.toMatchObject({ code, sent: 'no' })
  network.setPeerOnline('hub', false)
  await expect(alice.splicing!.spliceIn({ channel, amountSat: sat(1000n) })).rejects.toMatchObject({
    code: 'unavailable',
  })
  network.setPeerOnline('hub', true)
  expect(network.audit()).toEqual(before)
  await alice.splicing!.spliceIn({ channel, amountSat: sat(1000n) })
  await expect(alice.splicing!.spliceIn({ channel, amountSat: sat(1000n) })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('a channel with a payment under way is not spliced', async () => {
  const { network, alice } = open()
  network.holdNextHtlc({ node: 'shop' })
  const { invoice } = await alice.controls.createTestInvoice({ amountMsat: msat(50_000n) })
  const paying = alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  const channel = { channelId: (await channelOf(alice)).channelId! }
  await expect(alice.splicing!.spliceIn({ channel, amountSat: sat(1000n) })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  network.releaseHeldHtlcs('forward')
  expect(await paying).toMatchObject({ status: 'settled' })
})

test('labels of payments and channels are told to their author alone', async () => {
  const { network, alice, shop } = open()
  const address = await shop.onchain!.newAddress!({})
  await alice.onchain!.send!({ address, amountSat: sat(1000n), label: 'rent' })
  const listed = async (wallet: SimulatorBackend) =>
    (await wallet.onchain!.listTransactions!({ limit: 1 })).items[0]!
  expect(await listed(alice)).toMatchObject({ label: 'rent' })
  expect((await listed(alice)).outputs).toContainEqual({ address, amountSat: 1000n, own: false })
  expect(await listed(shop)).not.toHaveProperty('label')
  network.mineBlocks(1)
  const peer = network.nodes.find((node) => node.name === 'shop')!.nodeId
  await alice.channels!.open!({ peer, capacitySat: sat(50_000n), label: 'mine' })
  expect(await alice.channels!.listPending!({})).toMatchObject([{ label: 'mine' }])
  expect((await shop.channels!.listPending!({}))[0]).not.toHaveProperty('label')
})
