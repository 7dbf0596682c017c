import { join } from 'node:path'
import {
  createSimulatedNetwork,
  createSimulatorBackend,
  serveSimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import { type LightningBackend, msat, sat, satToMsat } from '@lightning-mcp/core'
import { createFaultPlan, type LayerOperation, withFaults } from '@lightning-mcp/layers'
import { expect, onTestFinished, test } from 'vitest'
import { createWallet } from '../../src/create-wallet.ts'
import type { SpendRequest } from '../../src/spending/spend-request.ts'
import { openFreshStore } from '../support/stores.ts'
import { temporaryFolder } from '../support/world.ts'
import { KINDS, LIMITS } from './spend-world.ts'

/** A wallet of a simulated network, in this process or over its socket, with a layer that loses replies. */
async function open(way: 'here' | 'socket' = 'here') {
  const network = createSimulatedNetwork()
  const plan = createFaultPlan()
  let backend: LightningBackend = network.wallet('alice')
  if (way === 'socket') {
    const { socketPath, close } = await serveSimulatedNetwork({
      network,
      socketPath: join(temporaryFolder(), 'network.sock'),
    })
    backend = createSimulatorBackend({ socketPath, node: 'alice' })
    onTestFinished(() => close())
  }
  const store = openFreshStore()
  const wallet = createWallet({ backend: withFaults(backend, { plan }), store, limits: LIMITS })
  await wallet.start()
  onTestFinished(async () => {
    await wallet.stop()
    network.close()
  })
  const shop = network.wallet('shop')
  const [channel] = (await network.wallet('alice').channels!.list({ limit: 1 })).items
  const address = await shop.onchain!.newAddress!({})
  const idOf = (name: string) => network.nodes.find((node) => node.name === name)!.nodeId
  const requests = {
    keysend: { kind: 'keysend', payee: idOf('shop'), amountMsat: msat(5_000_000n) },
    onchain: { kind: 'onchain', address, amountSat: sat(100_000n) },
    'channel-open': {
      kind: 'channel-open',
      peer: idOf('shop'),
      capacitySat: sat(200_000n),
      pushMsat: msat(50_000_000n),
    },
    'channel-close': {
      kind: 'channel-close',
      channel: { channelId: channel!.channelId! },
      mode: 'cooperative',
    },
    'splice-in': {
      kind: 'splice-in',
      channel: { shortChannelId: channel!.shortChannelId! },
      amountSat: sat(100_000n),
    },
    'splice-out': {
      kind: 'splice-out',
      channel: { fundingOutpoint: channel!.fundingOutpoint! },
      amountSat: sat(100_000n),
      address,
    },
  } as const satisfies Record<string, SpendRequest>
  return { network, plan, wallet, store, requests }
}

type Kind = keyof Awaited<ReturnType<typeof open>>['requests']

/** What it costs, exactly: 1 sat and 100 millionths to the hub; 2 sats for each virtual byte. */
const FEES: Readonly<Record<Kind, bigint>> = {
  keysend: 1_500n,
  onchain: satToMsat(282n),
  'channel-open': satToMsat(282n),
  'channel-close': satToMsat(340n),
  'splice-in': satToMsat(418n),
  'splice-out': satToMsat(380n),
}
const OPERATIONS: Readonly<Record<Kind, LayerOperation>> = {
  keysend: 'keysend.send',
  onchain: 'onchain.send',
  'channel-open': 'channels.open',
  'channel-close': 'channels.close',
  'splice-in': 'splicing.spliceIn',
  'splice-out': 'splicing.spliceOut',
}

test.each(KINDS)('%s costs what the network took', async (kind) => {
  const { network, wallet, requests } = await open()
  const before = network.audit().feesMsat
  const spent = await wallet.spend(requests[kind])
  expect(spent).toMatchObject({ state: 'settled', kind })
  await expect
    .poll(async () => (await wallet.getPayment(spent))?.feeProvisional, { timeout: 10_000 })
    .toBeUndefined()
  expect(await wallet.getPayment(spent)).toMatchObject({ feeMsat: FEES[kind] })
  expect((await wallet.getBudget()).reservedMsat).toBe(0n)
  network.mineBlocks(1)
  if (kind !== 'keysend') expect(network.audit().feesMsat - before).toBe(FEES[kind])
})

test.each(KINDS.flatMap((kind) => [[kind, 'here'] as const, [kind, 'socket'] as const]))(
  'a lost reply to %s is found again, %s, and nothing is done twice',
  async (kind, way) => {
    const { network, plan, wallet, requests } = await open(way)
    const before = network.audit()
    plan.once(OPERATIONS[kind], { kind: 'drop-after-send' })
    const open1 = await wallet.spend({ ...requests[kind], waitSeconds: 0 })
    const done = await wallet.waitForPayment({ paymentId: open1.paymentId, waitSeconds: 20 })
    expect(done.payment).toMatchObject({ state: 'settled' })
    expect(await wallet.spend(requests[kind])).toMatchObject({
      paymentId: open1.paymentId,
      replayed: true,
    })
    network.mineBlocks(1)
    // one transaction's fee has left, not two
    if (kind !== 'keysend') expect(network.audit().feesMsat - before.feesMsat).toBe(FEES[kind])
  },
)

test.each(KINDS)('what %s would cost stays within what was reserved', async (kind) => {
  const { wallet, requests } = await open()
  const { maxFeeMsat } = await wallet.spend(requests[kind])
  expect(maxFeeMsat).toBeGreaterThanOrEqual(FEES[kind])
})

test.each(['here', 'socket'] as const)('an offer is paid once though its reply is lost, %s', async (way) => {
  const { network, plan, wallet } = await open(way)
  const shop = network.wallet('shop')
  const made = await shop.offers!.create({ description: 'tea' })
  const request = { kind: 'offer', offer: made.offer, amountMsat: msat(7_000_000n) } as const
  const { quoteId = '', description } = await wallet.previewSpend(request)
  expect(description).toBe('tea')
  plan.once('offers.pay', { kind: 'drop-after-send' })
  const lost = await wallet.spend({ ...request, quoteId, waitSeconds: 0 })
  const { payment } = await wallet.waitForPayment({ paymentId: lost.paymentId, waitSeconds: 20 })
  expect(payment).toMatchObject({ state: 'settled', kind: 'offer', preimage: expect.any(String) })
  expect(await wallet.spend(request)).toMatchObject({ paymentId: lost.paymentId, replayed: true })
  const received = await shop.listTransactions({ limit: 10, direction: 'incoming', statuses: ['settled'] })
  expect(received.items.map(({ amountMsat }) => amountMsat)).toEqual([7_000_000n])
})

test('a channel that the peer does not answer for is refused and nothing is held', async () => {
  const { network, wallet, requests } = await open()
  network.setPeerOnline('hub', false)
  for (const kind of ['channel-close', 'splice-in', 'splice-out'] as const)
    await expect(wallet.spend(requests[kind])).rejects.toMatchObject({ code: 'unavailable' })
  expect((await wallet.getBudget()).reservedMsat).toBe(0n)
})

test('the books agree with the node', async () => {
  const { network, wallet, store, requests } = await open()
  const backend = network.wallet('alice')
  const worth = async (): Promise<bigint> => {
    const { channelsMsat = 0n, onchain } = await backend.getBalance()
    const coins =
      (onchain?.confirmedSat ?? 0n) + (onchain?.unconfirmedSat ?? 0n) + (onchain?.reservedSat ?? 0n)
    return channelsMsat + coins * 1000n
  }
  const before = await worth()
  for (const kind of ['keysend', 'onchain', 'splice-out'] as const) {
    await wallet.spend(requests[kind])
    network.mineBlocks(6)
  }
  await wallet.spend(requests['channel-open'])
  network.mineBlocks(6)
  await expect.poll(async () => (await wallet.getBudget()).reservedMsat, { timeout: 10_000 }).toBe(0n)
  const { paidMsat, feesMsat, capitalMsat } = await store.read((reader) => reader.balance('default'))
  expect(before - (await worth())).toBe(paidMsat + feesMsat)
  expect(capitalMsat).toBe(150_000_000n)
})
