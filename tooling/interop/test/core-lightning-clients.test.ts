import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createSimulatedNetwork, type SimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { msat } from '@lightning-mcp/core'
import { type FakeCln, startFakeCln } from '@lightning-mcp/fake-cln'
import { requireClnRpc } from '@lightning-mcp/nodes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePython } from '../python/require-python.ts'

const python = await requirePython('pyln-client against the fake of Core Lightning')
const clnRpc = await requireClnRpc('cln-rpc against the fake of Core Lightning')
const exec = promisify(execFile)
const WATCHED_BLOCKS = 101
const CHANNEL_SAT = 200_000

interface World {
  network: SimulatedNetwork
  /** In the middle: it pays, is paid and forwards. */
  hub: FakeCln
  shop: FakeCln
  close(): Promise<void>
}

async function openWorld(): Promise<World> {
  const seed = randomBytes(32).toString('hex')
  const network = createSimulatedNetwork({ seed })
  const hub = await startFakeCln({ network: { network, seed }, node: 'hub' })
  const shop = await startFakeCln({ network: { network, seed }, node: 'shop' })
  return {
    network,
    hub,
    shop,
    async close() {
      await Promise.all([hub.close(), shop.close()])
      network.close()
    },
  }
}

/** Gives every list that the clients read something to tell. */
async function fill({ network, hub, shop }: World): Promise<void> {
  const asked = async (label: string): Promise<string> => {
    const made = await shop.call('invoice', { amount_msat: 30_000, label, description: 'tea' })
    return (made as { bolt11: string }).bolt11
  }
  await network.wallet('alice').payInvoice({ invoice: await asked('forwarded'), maxFeeMsat: msat(100_000n) })
  await hub.call('xpay', { invstring: await asked('paid') })
  const refused = await asked('refused')
  await shop.call('delinvoice', { label: 'refused', status: 'unpaid' })
  await expect(hub.call('xpay', { invstring: refused })).rejects.toMatchObject({ code: 203 })
  await hub.call('xkeysend', { destination: shop.node.id, amount_msat: 5000, label: 'tip' })
  await hub.call('invoice', { amount_msat: 'any', label: 'open', description: 'any' })
  await network.wallet('alice').keysend!.send({
    destination: hub.node.id,
    amountMsat: msat(7000n),
    maxFeeMsat: msat(0n),
    preimage: randomBytes(32).toString('hex') as never,
  })
  const { bolt12 } = (await shop.call('offer', { amount: 'any', description: 'cake' })) as { bolt12: string }
  await hub.call('xpay', { invstring: bolt12, amount_msat: 9000 })
  await hub.call('offer', { amount: '1000msat', description: 'bread', label: 'bread' })
  await hub.call('createrune', { restrictions: [['method=invoice', 'method^list'], ['rate=60']] })
  const opened = await hub.call('fundchannel', { id: shop.node.id, amount: CHANNEL_SAT })
  network.mineBlocks(6)
  await hub.call('close', { id: (opened as { channel_id: string }).channel_id })
  network.mineBlocks(WATCHED_BLOCKS)
  await hub.call('fundchannel', { id: shop.node.id, amount: CHANNEL_SAT, announce: false })
  // held: a payment that is still under way while the clients look
  network.holdNextHtlc({ node: 'shop' })
  void hub.call('xpay', { invstring: await asked('held') }).catch(() => undefined)
}

let world: World
beforeAll(async () => {
  world = await openWorld()
  await fill(world)
})
afterAll(() => world.close())

const LISTS = {
  listpays: 5,
  listsendpays: 5,
  listinvoices: 2,
  listforwards: 1,
  listclosedchannels: 1,
  listnodes: 4,
  listchannels: 6,
  listoffers: 1,
  showrunes: 1,
  listpeerchannels: 4,
  listpeers: 3,
}

describe.skipIf(clnRpc === undefined)('cln-rpc', () => {
  test('decodes every list into its typed models', { timeout: 30_000 }, async () => {
    const { stdout } = await exec(String(clnRpc), [world.hub.socketPath])
    const { 'listfunds.outputs': outputs, 'listfunds.channels': channels, ...told } = JSON.parse(stdout)
    expect(told).toEqual({ id: world.hub.node.id, version: 'v26.06.6', ...LISTS })
    expect(outputs).toBeGreaterThan(0)
    expect(channels).toBe(LISTS.listpeerchannels)
  })
})

describe.skipIf(python === undefined)('pyln-client', () => {
  test('reads every list, is paid and pays', { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL('../python/core_lightning.py', import.meta.url))
    const { hub, shop } = world
    const { stdout } = await exec(String(python), ['-B', script, hub.socketPath, shop.socketPath])
    const { pay, error, listfunds, ...told } = JSON.parse(stdout)
    expect(told).toEqual({ id: hub.node.id, version: 'v26.06.6', ...LISTS })
    expect(listfunds).toBeGreaterThan(0)
    expect(pay).toEqual({
      same_preimage: true,
      received_msat: 21_000,
      left_msat: 21_000,
      sent_msat: 21_000,
      listed: ['complete'],
    })
    expect(error).toBe(-32602)
  })
})
