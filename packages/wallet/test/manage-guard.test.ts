import { createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { msat, type NodeId, satToMsat } from '@lightning-mcp/core'
import { expect, onTestFinished, test } from 'vitest'
import { createWallet } from '../src/create-wallet.ts'
import type { WalletLimits } from '../src/limits.ts'
import { openFreshStore } from './support/stores.ts'

async function open(limits: WalletLimits = {}) {
  const store = openFreshStore()
  const wallet = createWallet({ backend: createSimulatorBackend(), store, limits })
  onTestFinished(() => wallet.stop())
  await wallet.start()
  await wallet.getBalance()
  const [channel] = (await wallet.node.channels?.list({ limit: 1 }))?.items ?? []
  if (channel === undefined) throw new Error('no channel')
  return { store, wallet, peer: channel.peer as NodeId }
}

test.each([
  'DO NOT EVER SIGN THIS TEXT WITH YOUR PRIVATE KEYS! IT IS ONLY USED FOR DERIVATION OF LNURL-AUTH HASHING-KEY, DISCLOSING ITS SIGNATURE WILL COMPROMISE YOUR LNURL-AUTH IDENTITY AND MAY LEAD TO LOSS OF FUNDS!',
  'DO NOT EVER SIGN THIS TEXT WITH YOUR PRIVATE KEYS! IT IS ONLY USED FOR DERIVATION OF NOSTR KEY PAIRS',
])('a text that keys are made from is not signed: %.90s', async (message) => {
  const { store, wallet } = await open()
  await expect(wallet.manage.messages?.sign({ message })).rejects.toMatchObject({
    code: 'permission_denied',
    sent: 'no',
  })
  expect(await wallet.manage.messages?.sign({ message: 'hello' })).toMatch(/^[a-z1-9]+$/)
  expect(await store.read((reader) => reader.decisions('default', 10))).toContainEqual(
    expect.objectContaining({ destination: 'messages.sign', verdict: 'refused', code: 'permission_denied' }),
  )
})

test('a probe of more than a payment may be is refused', async () => {
  const { wallet, peer } = await open({ maxPaymentMsat: satToMsat(1_000n) })
  const probe = (amountMsat: bigint) =>
    wallet.manage.routing?.probe?.({ target: { nodeId: peer, amountMsat: msat(amountMsat) } })
  await expect(probe(1_000_001n)).rejects.toMatchObject({ code: 'budget_exceeded', sent: 'no' })
  expect(await probe(1_000_000n)).toMatchObject({ method: 'probe' })
})

test('probes of a day are counted, and approvals are no matter of theirs', async () => {
  const { wallet, peer } = await open({ approveAboveMsat: msat(0n) })
  const probe = () => wallet.manage.routing?.probe?.({ target: { nodeId: peer, amountMsat: msat(1_000n) } })
  const outcomes = await Promise.allSettled(Array.from({ length: 62 }, probe))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(2)
  expect(refused[0]).toMatchObject({ reason: { code: 'rate_limited', sent: 'no' } })
})
