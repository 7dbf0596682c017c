import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import {
  createSimulatedNetwork,
  type NetworkTopology,
  type SimulatedNetwork,
  type SimulatorClock,
} from '@lightning-mcp/backend-simulator'
import { createFaults, type FakeClnFaults } from './faults.ts'
import { FakeNode } from './node/fake-node.ts'
import { fillHistory, type HistoryOrder } from './node/fill-history.ts'
import { readRestrictions } from './node/rune-book.ts'
import { dispatch } from './rpc/dispatch.ts'
import { CURRENT_VERSION, type FakeVersion } from './versions.ts'
import { RestServer } from './wire/rest-server.ts'
import { SocketServer } from './wire/socket-server.ts'
import { WireFaults } from './wire/wire-faults.ts'

export interface FakeClnOptions {
  /** A network that is there already, with the seed it was made from. It stays open. */
  network?: { network: SimulatedNetwork; seed: string }
  /** Of the network that is made otherwise. */
  topology?: NetworkTopology
  clock?: SimulatorClock
  /** Which node of it is the daemon's. Default `alice`. */
  node?: string
  version?: FakeVersion
  /** What `getinfo` names. Default `regtest`. */
  chain?: 'regtest' | 'bitcoin' | 'signet' | 'testnet' | 'testnet4'
  /** Also speaks clnrest. */
  rest?: boolean
}

/** A running Core Lightning that is none. */
export interface FakeCln {
  /** Path of `lightning-rpc`. */
  readonly socketPath: string
  readonly rest?: {
    /** `https://127.0.0.1:port` */
    readonly url: string
    /** PEM of the authority that signed its certificate. */
    readonly ca: string
    /** May do everything. */
    readonly rune: string
  }
  readonly node: FakeNode
  readonly network: SimulatedNetwork
  readonly faults: FakeClnFaults
  /** Requests that have arrived so far, by either way. */
  calls(): number
  /** Connections that are open, by either way. */
  connections(): number
  /** Asks it without any wire; rejects with an error that has the daemon's `code`. */
  call(method: string, params?: unknown): Promise<unknown>
  /** A rune with these restrictions: `readonly`, or lines of alternatives. */
  createRune(restrictions?: 'readonly' | readonly (readonly string[])[]): string
  /** A long history, written into the tables alone. */
  fillHistory(order: HistoryOrder): void
  /** Resolves once a long poll waits for an invoice to be paid. */
  untilWatched(): Promise<void>
  close(): Promise<void>
}

/** Starts a Core Lightning v26.06.6 (or another) over a node of a simulated network. */
export async function startFakeCln(options: FakeClnOptions = {}): Promise<FakeCln> {
  const seed = options.network?.seed ?? randomBytes(32).toString('hex')
  const network =
    options.network?.network ??
    createSimulatedNetwork({
      seed,
      ...(options.topology === undefined ? {} : { topology: options.topology }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    })
  const folder = await mkdtemp(join(tmpdir(), 'fake-cln-'))
  const node = new FakeNode({
    network,
    seed,
    name: options.node ?? 'alice',
    clock: options.clock,
    version: options.version ?? CURRENT_VERSION,
    chain: options.chain ?? 'regtest',
  })
  const wire = new WireFaults()
  const socket = new SocketServer({ node, faults: wire, path: join(folder, 'lightning-rpc') })
  await socket.listen()
  const rest = options.rest === true ? new RestServer({ node, faults: wire }) : undefined
  await rest?.listen()
  const faults = createFaults({ node, wire, socket, rest })
  return {
    socketPath: socket.path,
    ...(rest === undefined ? {} : { rest: { url: rest.url, ca: rest.ca, rune: node.runes.create([]).rune } }),
    node,
    network,
    faults,
    calls: () => socket.calls + (rest?.calls ?? 0),
    connections: () => socket.connections + (rest?.connections ?? 0),
    call: (method, params = {}) =>
      dispatch(node, method, params, { signal: node.ended.signal, tell: () => undefined }),
    createRune: (restrictions = []) => node.runes.create(readRestrictions(restrictions)).rune,
    fillHistory: (order) => fillHistory(node, order),
    async untilWatched() {
      while (!node.invoices.isWatched) await turn()
    },
    async close() {
      faults.close()
      await Promise.all([socket.stop(), rest?.stop()])
      await node.close()
      if (options.network === undefined) network.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
