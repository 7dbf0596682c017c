import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { LightningError, msat } from '@lightning-mcp/core'
import { expect, onTestFinished, test } from 'vitest'
import { createAccount } from '../../src/accounts/create-account.ts'
import { readNodeFigure } from '../../src/accounts/node-figure.ts'
import { transfer } from '../../src/accounts/transfer.ts'
import { createWallet } from '../../src/create-wallet.ts'
import { fundsOf, recompute } from '../support/shared-world.ts'
import { newDatabase, openStore } from '../support/stores.ts'
import { until } from '../support/test-clock.ts'
import { temporaryFolder } from '../support/world.ts'

/** Three wallets on one simulated node, as three servers on one data folder are. */
async function open() {
  const folder = temporaryFolder()
  const database = newDatabase(folder)
  const network = createSimulatedNetwork({ seed: 'accounts' })
  const name = network.nodes[0]?.name ?? ''
  const start = async (account: string) => {
    const wallet = createWallet({
      backend: network.wallet(name),
      store: openStore(database),
      account,
      invoiceKeyFile: `${folder}/invoice-key`,
    })
    await wallet.start()
    return wallet
  }
  const store = openStore(database)
  const node = network.wallet(name)
  const { identity } = await node.connect()
  for (const account of ['alice', 'bob'])
    await createAccount(store, { name: account, kind: 'tracked', identity })
  const figure = await readNodeFigure(store, () => node.getBalance({}))
  await transfer(store, { account: 'alice', amountMsat: 5_000_000n, figure })
  const [owner, alice, bob] = await Promise.all(['default', 'alice', 'bob'].map(start))
  onTestFinished(async () => {
    await Promise.all([owner, alice, bob].map((wallet) => wallet?.stop()))
    await store.close()
    network.close()
  })
  const shop = network.wallet('shop')
  return { network, node, shop, store, owner: owner!, alice: alice!, bob: bob! }
}

test('accounts of one node pay each other, and nobody outside pays it again', async () => {
  const { node, shop, store, alice, bob } = await open()
  const before = await node.getBalance({})
  const made = await bob.createInvoice({ amountMsat: msat(1_000_000n), expirySeconds: 600, description: 'x' })
  const paid = await alice.pay({ destination: made.invoice ?? '' })
  expect(paid).toMatchObject({ state: 'settled', feeMsat: 0n })
  expect(await node.getBalance({})).toEqual(before)
  expect((await node.lookupInvoice({ paymentHash: made.paymentHash }))?.status).toBe('canceled')
  const late = await shop.payInvoice({ invoice: made.invoice ?? '', maxFeeMsat: msat(10_000n) })
  expect(late.status).toBe('failed')
  expect(await bob.lookupInvoice(made)).toMatchObject({ status: 'settled', preimage: paid.preimage })
  expect(await fundsOf(store, 'alice')).toBe(4_000_000n)
  expect(await fundsOf(store, 'bob')).toBe(1_000_000n)
  await recompute(store)
})

test('what comes from outside is credited through the backend’s hint and spent again', async () => {
  const { shop, store, alice, bob } = await open()
  const made = await bob.createInvoice({ amountMsat: msat(2_000_000n), expirySeconds: 600, description: 'x' })
  const paid = await shop.payInvoice({ invoice: made.invoice ?? '', maxFeeMsat: msat(10_000n) })
  expect(paid.status).toBe('settled')
  await until(async () => (await fundsOf(store, 'bob')) === 2_000_000n)
  const { invoice: destination } = await shop.createInvoice({
    amountMsat: msat(1_000_000n),
    expirySeconds: 600,
    description: 'y',
  })
  expect((await bob.pay({ destination: destination ?? '' })).state).toBe('settled')
  const back = alice.pay({ destination: destination ?? '' })
  await expect(back).rejects.toSatisfy((error) => LightningError.is(error) && error.code === 'already_paid')
  await recompute(store)
})

test('no channel is closed that holds what tracked accounts hold', async () => {
  const { node, store, owner } = await open()
  const { spendableMsat } = await node.getBalance({})
  const figure = await readNodeFigure(store, () => node.getBalance({}))
  // what is closed lies in coins, which the node's own account may send away
  await transfer(store, { account: 'bob', amountMsat: spendableMsat - 5_000_000n, figure })
  const channels = (await owner.node.channels?.list({ limit: 10 }))?.items ?? []
  const [channel] = channels
  if (channel === undefined) throw new Error('no channel')
  const close = { kind: 'channel-close', channel, mode: 'cooperative', feeRateSatPerVbyte: 1 } as const
  await expect(owner.spend(close)).rejects.toMatchObject({ code: 'insufficient_balance', sent: 'no' })
  expect((await owner.node.channels?.list({ limit: 10 }))?.items).toHaveLength(channels.length)
  await transfer(store, { account: 'bob', amountMsat: 5_000_000n - spendableMsat })
  await expect(owner.spend(close)).rejects.toMatchObject({ code: 'insufficient_balance', sent: 'no' })
  await transfer(store, { account: 'alice', amountMsat: -5_000_000n })
  expect(await owner.spend(close)).toMatchObject({ state: 'settled' })
})

test('a hold invoice over the hash of another account’s invoice gives no say over that', async () => {
  const { node, owner, bob } = await open()
  const { paymentHash } = await bob.createInvoice({ amountMsat: msat(1_000n), expirySeconds: 600 })
  const hold = { paymentHash, amountMsat: msat(1_000n), expirySeconds: 600 }
  await expect(owner.createHoldInvoice(hold)).rejects.toMatchObject({ code: 'already_exists', sent: 'no' })
  await expect(owner.cancelInvoice({ paymentHash })).rejects.toMatchObject({ code: 'not_found' })
  expect(await node.lookupInvoice({ paymentHash })).toMatchObject({ status: 'open' })
})

test('a tracked account chooses none of the node’s channels to pay through', async () => {
  const { shop, owner, alice } = await open()
  const [channel] = (await owner.node.channels?.list({ limit: 1 }))?.items ?? []
  const pay = async (wallet: typeof alice) => {
    const made = await shop.createInvoice({ amountMsat: msat(1_000_000n), expirySeconds: 600 })
    const outgoingChannels = [channel?.shortChannelId ?? '']
    return wallet.pay({ destination: made.invoice ?? '', outgoingChannels })
  }
  // else it would learn which there are, and by trying what they hold
  await expect(pay(alice)).rejects.toMatchObject({ code: 'unsupported', sent: 'no' })
  expect(alice.capabilities['payInvoice.outgoingChannels']).toBe('none')
  expect(await pay(owner)).toMatchObject({ state: 'settled' })
})

test('a tracked account is told which node it is on, not how many channels and peers that has', async () => {
  const { owner, alice } = await open()
  const { node: whole } = await owner.getDetails()
  expect(whole).toMatchObject({ activeChannels: expect.any(Number), peers: expect.any(Number) })
  const { node } = await alice.getDetails()
  expect(node).toMatchObject({ nodeId: whole.nodeId, network: whole.network })
  for (const name of ['activeChannels', 'pendingChannels', 'peers', 'uris'])
    expect(node).not.toHaveProperty(name)
})
