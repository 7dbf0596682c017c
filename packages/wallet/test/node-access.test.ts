import { createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { msat, OPERATIONS, splitOperation } from '@lightning-mcp/core'
import { expect, onTestFinished, test } from 'vitest'
import { createWallet } from '../src/create-wallet.ts'
import { openFreshStore } from './support/stores.ts'
import { World } from './support/world.ts'

/** Everything that can be reached from a value without calling anything but getters. */
function reachable(value: unknown, path: string, found = new Map<unknown, string>()): Map<unknown, string> {
  const leaf = value === null || (typeof value !== 'object' && typeof value !== 'function')
  if (leaf || found.has(value)) return found
  found.set(value, path)
  for (
    let at = value as object | null;
    at !== null && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  )
    for (const key of Reflect.ownKeys(at)) {
      if (key === 'constructor' || key === 'caller' || key === 'callee' || key === 'arguments') continue
      reachable(Reflect.get(value as object, key), `${path}.${String(key)}`, found)
    }
  return found
}

function open() {
  const backend = createSimulatorBackend()
  const store = openFreshStore()
  const wallet = createWallet({ backend, store })
  onTestFinished(() => wallet.stop())
  return { backend, store, wallet }
}

test('nothing of a wallet leads to its backend or store', async () => {
  const { backend, store, wallet } = open()
  await wallet.start()
  await wallet.getBalance()
  const found = reachable(wallet, 'wallet')
  const forbidden = [backend, store, ...Object.values(backend), ...Object.values(store)].filter(
    (value) => value !== null && (typeof value === 'object' || typeof value === 'function'),
  )
  // what a backend says it can do is no secret
  const open_ = new Set<unknown>([backend.capabilities])
  for (const value of forbidden) if (!open_.has(value)) expect(found.get(value)).toBeUndefined()
})

test('the reader has reading operations alone, and is frozen', async () => {
  const { wallet } = open()
  await wallet.getBalance()
  const { node } = wallet
  const names = Object.entries(node).flatMap(([facet, part]) =>
    Object.keys(part as object).map((name) => `${facet}.${name}`),
  )
  expect(names).toContain('channels.list')
  for (const name of names) expect(OPERATIONS[name as keyof typeof OPERATIONS], name).toBe('read')
  for (const [value, path] of reachable(node, 'node')) {
    expect(path.split('.').length).toBeLessThanOrEqual(3)
    if (typeof value === 'object') expect(Object.isFrozen(value)).toBe(true)
  }
})

test('the manager has what changes the node without spending, and is frozen', async () => {
  const { wallet } = open()
  await wallet.getBalance()
  const names = Object.entries(wallet.manage).flatMap(([facet, part]) =>
    Object.keys(part as object).map((name) => `${facet}.${name}`),
  )
  expect(names).toContain('peers.connect')
  for (const name of names)
    expect(['manage', 'receive'], name).toContain(OPERATIONS[name as keyof typeof OPERATIONS])
  for (const [value] of reachable(wallet.manage, 'manage'))
    if (typeof value === 'object') expect(Object.isFrozen(value)).toBe(true)
})

test('of all that spends, a wallet has pay alone', () => {
  const { wallet } = open()
  const spending = Object.entries(OPERATIONS).flatMap(([operation, kind]) =>
    kind === 'spend' ? [splitOperation(operation as keyof typeof OPERATIONS)[1]] : [],
  )
  // `open`, `close`, `pay` … as members, at any depth
  const members = [...reachable(wallet, 'wallet').values()].map((path) => path.split('.').at(-1) ?? '')
  const found = members.filter((member) => spending.includes(member))
  expect(spending).toContain('pay')
  expect(found).toEqual(['pay'])
  expect(Object.isFrozen(wallet)).toBe(true)
})

test('reading works, and what is missing is missing', async () => {
  const { wallet } = open()
  const channels = await wallet.node.channels?.list({ limit: 10 })
  expect(channels?.items.length).toBeGreaterThan(0)
  const { wallet: another } = await new World({ memory: true }).start()
  expect(another.node).toHaveProperty('channels')
  expect(another.node).not.toHaveProperty('graph')
})

test('who changes the node is on record for the owner, without secrets', async () => {
  const { store, wallet } = open()
  await wallet.getBalance()
  const [channel] = (await wallet.node.channels?.list({ limit: 1 }))?.items ?? []
  if (channel === undefined) throw new Error('no channel')
  const policy = { feeBaseMsat: msat(1n), feeProportionalMillionths: 2, cltvExpiryDelta: 80 }
  await wallet.manage.channels?.updatePolicy?.({ channel, policy })
  await wallet.manage.onchain?.newAddress?.({ type: 'p2tr' })
  const noted = await store.read((reader) => reader.decisions('default', 10))
  expect(noted.map(({ destination, code, verdict }) => ({ destination, code, verdict }))).toEqual(
    expect.arrayContaining([
      { destination: 'channels.updatePolicy', code: 'managed', verdict: 'allowed' },
      { destination: 'onchain.newAddress', code: 'managed', verdict: 'allowed' },
    ]),
  )
  const [told] = noted.filter(({ destination }) => destination === 'channels.updatePolicy')
  expect(told?.rules[0]?.detail).toContain('"feeProportionalMillionths":2')
})

test('while spending is paused, what costs money by a way round is refused, the rest goes on', async () => {
  const { store, wallet } = open()
  await wallet.start()
  await wallet.getBalance()
  const [channel] = (await wallet.node.channels?.list({ limit: 1 }))?.items ?? []
  if (channel === undefined) throw new Error('no channel')
  await wallet.pause('a test')
  const policy = { feeBaseMsat: msat(0n), feeProportionalMillionths: 0, cltvExpiryDelta: 80 }
  await expect(wallet.manage.channels?.updatePolicy?.({ channel, policy })).rejects.toMatchObject({
    code: 'spending_paused',
    sent: 'no',
  })
  expect(await wallet.manage.onchain?.newAddress?.({})).toMatch(/^bcrt1/)
  const noted = await store.read((reader) => reader.decisions('default', 10))
  expect(noted).toContainEqual(
    expect.objectContaining({ destination: 'channels.updatePolicy', verdict: 'refused' }),
  )
})
