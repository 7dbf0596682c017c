import type { Socket } from 'node:net'
import {
  createManualClock,
  createSimulatedNetwork,
  type ManualClock,
  type SimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import { sat } from '@lightning-mcp/core'
import { type FakeCln, startFakeCln } from '../../src/index.ts'
import { dial as connect } from '../connect.ts'

export type Reply = { result?: Record<string, unknown>; error?: Record<string, unknown> }
type Message = Reply & { id: number; jsonrpc: string }
export type Ask = (method: string, params?: unknown, more?: Record<string, unknown>) => Promise<Reply>

/** Three nodes in a line, as in the captures: a – b – c, each with its own fake. */
export interface World {
  a: Ask
  b: Ask
  c: Ask
  ids: Readonly<Record<'a' | 'b' | 'c', string>>
  fakes: Readonly<Record<'a' | 'b' | 'c', FakeCln>>
  network: SimulatedNetwork
  clock: ManualClock
  /** An invoice of `c`, or of another. */
  invoice(order?: { amountMsat?: number | 'any'; of?: 'a' | 'b' | 'c'; expiry?: number }): Promise<string>
  close(): Promise<void>
}

const SEED = 'replay'
const NAMES = { a: 'alice', b: 'hub', c: 'shop' } as const

export async function openWorld(): Promise<World> {
  const clock = createManualClock(Date.UTC(2026, 10, 22, 4, 39, 40, 278))
  const network = createSimulatedNetwork({
    seed: SEED,
    clock,
    topology: {
      nodes: [
        { name: 'alice', onchainSat: sat(100_000_000n) },
        { name: 'hub', onchainSat: sat(100_000_000n) },
        { name: 'shop' },
      ],
      channels: [
        { between: ['alice', 'hub'], capacitySat: sat(2_000_000n), remoteSat: sat(0n) },
        { between: ['hub', 'shop'], capacitySat: sat(1_000_000n), remoteSat: sat(300_000n) },
      ],
    },
  })
  const start = (name: string) =>
    startFakeCln({ network: { network, seed: SEED }, clock, node: name, rest: true })
  const fakes = { a: await start(NAMES.a), b: await start(NAMES.b), c: await start(NAMES.c) }
  const lines = { a: dial(fakes.a), b: dial(fakes.b), c: dial(fakes.c) }
  let invoices = 0
  return {
    a: lines.a.ask,
    b: lines.b.ask,
    c: lines.c.ask,
    ids: { a: fakes.a.node.id, b: fakes.b.node.id, c: fakes.c.node.id },
    fakes,
    network,
    clock,
    async invoice({ amountMsat = 10_000, of = 'c', expiry = 3600 } = {}) {
      invoices += 1
      const { result } = await lines[of].ask('invoice', {
        amount_msat: amountMsat,
        label: `made-${invoices}`,
        description: 'coffee',
        expiry,
      })
      return result?.['bolt11'] as string
    },
    async close() {
      for (const { socket } of Object.values(lines)) socket.destroy()
      for (const fake of Object.values(fakes)) await fake.close()
      network.close()
    },
  }
}

function dial(fake: FakeCln): { ask: Ask; socket: Socket } {
  const { socket, ask } = connect(fake.socketPath)
  return {
    socket,
    async ask(method, params, more) {
      const { id: _id, jsonrpc: _version, ...reply } = JSON.parse(await ask(method, params, more)) as Message
      return reply
    },
  }
}

/** A payment of `a` whose HTLC `b` holds until it is let go. */
export async function holdPayment(
  world: World,
): Promise<{ invoice: string; hash: string; paying: Promise<Reply>; release: () => void }> {
  const invoice = await world.invoice({ of: 'b', amountMsat: 2000 })
  const { result } = await world.a('decode', { string: invoice })
  const hash = result?.['payment_hash'] as string
  world.network.holdNextHtlc({ node: 'hub' })
  const paying = world.a('xpay', { invstring: invoice, retry_for: 3 })
  await world.a('getinfo')
  return { invoice, hash, paying, release: () => world.network.releaseHeldHtlcs('forward') }
}
