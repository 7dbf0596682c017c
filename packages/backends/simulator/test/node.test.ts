import { msat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createManualClock, createSimulatedNetwork } from '../src/index.ts'
import { recoverSigner, signMessage } from '../src/nodes/signed-message.ts'
import captured from './fixtures/signed-message.json' with { type: 'json' }

const DAY_MS = 86_400_000

function open() {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const network = createSimulatedNetwork({ seed: 'node', clock })
  const [alice, hub, shop] = ['alice', 'hub', 'shop'].map((name) => network.wallet(name))
  const nodeIdOf = (name: string) => network.nodes.find((node) => node.name === name)!.nodeId
  const pay = async () => {
    const { invoice } = await alice!.controls.createTestInvoice({ amountMsat: msat(5000n) })
    return alice!.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  }
  return { clock, network, alice: alice!, hub: hub!, shop: shop!, nodeIdOf, pay }
}

test('a signature by Core Lightning recovers to its signer', () => {
  const { message, otherMessage, signature } = captured
  expect(recoverSigner(message, signature)).toBe(captured.nodeId)
  expect(recoverSigner(otherMessage, signature)).toBe(captured.recoveredFromOther)
  expect(recoverSigner(message, signature.toUpperCase())).toBe(captured.nodeId)
})

test('a signature is spelled as Core Lightning spells it', () => {
  const signature = signMessage('hello', Buffer.from('11'.repeat(32), 'hex'))
  expect(signature).toMatch(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{104}$/)
  expect(signature.slice(0, 1)).toBe(captured.signature.slice(0, 1))
})

test('only a node of the network signs validly', async () => {
  const { alice, shop } = open()
  const signature = await shop.messages!.sign({ message: 'mine' })
  const { nodeId } = await shop.getInfo()
  expect(await alice.messages!.verify({ message: 'mine', signature })).toEqual({ valid: true, nodeId })
  const foreign = { message: captured.message, signature: captured.signature }
  expect(await alice.messages!.verify(foreign)).toEqual({ valid: false, nodeId: captured.nodeId })
})

test('a node that nobody has a public channel with is in no graph but its own', async () => {
  const network = createSimulatedNetwork({
    seed: 'hidden',
    topology: {
      nodes: [{ name: 'alice' }, { name: 'hidden' }],
      channels: [{ between: ['alice', 'hidden'], capacitySat: 1_000_000n as never, private: true }],
    },
  })
  const { nodeId } = network.nodes.find(({ name }) => name === 'hidden')!
  expect(await network.wallet('alice').graph!.getNode({ nodeId })).toBeUndefined()
  expect(await network.wallet('hidden').graph!.getNode({ nodeId })).toMatchObject({ channels: 0 })
})

test('what was earned ages out of day, week and month', async () => {
  const { clock, hub, pay } = open()
  const report = () => hub.forwards!.feeReport!({})
  await pay()
  expect(await report()).toEqual({ dayMsat: 1000n, weekMsat: 1000n, monthMsat: 1000n })
  clock.advance(2 * DAY_MS)
  expect(await report()).toEqual({ dayMsat: 0n, weekMsat: 1000n, monthMsat: 1000n })
  clock.advance(6 * DAY_MS)
  expect(await report()).toEqual({ dayMsat: 0n, weekMsat: 0n, monthMsat: 1000n })
  clock.advance(30 * DAY_MS)
  expect(await report()).toEqual({ dayMsat: 0n, weekMsat: 0n, monthMsat: 0n })
  expect((await hub.forwards!.list({ limit: 10 })).items).toHaveLength(1)
})

test('forwards come newest first, in pages and by time', async () => {
  const { clock, hub, pay } = open()
  for (let time = 0; time < 3; time++) {
    await pay()
    clock.advance(1000)
  }
  const { items, nextCursor } = await hub.forwards!.list({ limit: 2 })
  const rest = await hub.forwards!.list({ limit: 2, cursor: nextCursor! })
  const times = [...items, ...rest.items].map(({ createdAt }) => createdAt)
  expect(times).toEqual([...times].sort((a, b) => b - a))
  expect(times).toHaveLength(3)
  const [newest, middle, oldest] = times as [number, number, number]
  const between = await hub.forwards!.list({ limit: 10, from: oldest + 1, to: newest })
  expect(between.items.map(({ createdAt }) => createdAt)).toEqual([middle])
})

test('a probe leaves neither history nor event, and no money moves', async () => {
  const { network, alice, hub, nodeIdOf } = open()
  const events: unknown[] = []
  const abort = new AbortController()
  const watching = (async () => {
    for await (const event of alice.watch({ signal: abort.signal })) events.push(event)
  })()
  const before = await alice.getBalance()
  const target = { nodeId: nodeIdOf('shop'), amountMsat: msat(50_000_000n) }
  expect(await alice.routing!.probe!({ target })).toEqual({ feeMsat: 6000n, method: 'probe' })
  expect(await alice.getBalance()).toEqual(before)
  expect((await alice.listTransactions({ limit: 10 })).items).toEqual([])
  expect((await hub.forwards!.list({ limit: 10 })).items).toEqual([])
  abort.abort()
  await watching
  expect(events).toEqual([])
  expect(network.audit().inHtlcsMsat).toBe(0n)
})

test('a probe that gets stuck says so and locks its amount until it runs out', async () => {
  const { clock, network, alice, nodeIdOf } = open()
  network.holdNextHtlc({ node: 'hub' })
  const target = { nodeId: nodeIdOf('shop'), amountMsat: msat(5000n) }
  const probing = alice.routing!.probe!({ target })
  const stuck = expect(probing).rejects.toMatchObject({ code: 'unavailable', sent: 'yes' })
  await Promise.resolve()
  clock.advance(61_000)
  await stuck
  expect(network.audit().inHtlcsMsat).toBe(6000n)
  network.mineBlocks(200)
  expect(network.audit().inHtlcsMsat).toBe(0n)
})

test('what cannot be reached is not probed', async () => {
  const { network, alice, nodeIdOf } = open()
  const target = { nodeId: nodeIdOf('shop'), amountMsat: msat(900_000_000_000n) }
  await expect(alice.routing!.probe!({ target })).rejects.toMatchObject({ code: 'no_route' })
  network.setPeerOnline('shop', false)
  const small = { nodeId: nodeIdOf('shop'), amountMsat: msat(5000n) }
  await expect(alice.routing!.probe!({ target: small })).rejects.toMatchObject({ code: 'no_route' })
})

test('a tower that is away gets what it missed when it is back', async () => {
  const { network, alice, nodeIdOf, pay } = open()
  const towers = alice.watchtowers!
  await towers.add!({ nodeId: nodeIdOf('bob'), address: '127.0.0.1:9911' })
  expect(await towers.list({})).toEqual([
    { nodeId: nodeIdOf('bob'), addresses: ['127.0.0.1:9911'], active: true, sessions: 1 },
  ])
  await pay()
  // the HTLC was added and settled: two states
  expect(await towers.stats!({})).toMatchObject({ backups: 2, pendingBackups: 0, sessionsAcquired: 1 })
  network.setPeerOnline('bob', false)
  await pay()
  expect(await towers.stats!({})).toMatchObject({ backups: 2, pendingBackups: 2 })
  expect((await towers.list({}))[0]).toMatchObject({ active: false })
  network.setPeerOnline('bob', true)
  await pay()
  expect(await towers.stats!({})).toMatchObject({ backups: 6, pendingBackups: 0 })
  await towers.remove!({ nodeId: nodeIdOf('bob') })
  await expect(towers.remove!({ nodeId: nodeIdOf('bob') })).rejects.toMatchObject({ code: 'not_found' })
})

test('a backup is valid for its own node alone, also of channels that changed since', async () => {
  const { network, alice, shop, pay } = open()
  const before = await alice.backup!.export({})
  expect(await alice.backup!.export({})).toEqual(before)
  await pay()
  network.mineBlocks(1)
  expect(await alice.backup!.verify!(before)).toEqual({ valid: true })
  expect(await shop.backup!.verify!(before)).toEqual({ valid: false })
  expect(await alice.backup!.verify!({ backup: 'no base64 at all' })).toEqual({ valid: false })
})
