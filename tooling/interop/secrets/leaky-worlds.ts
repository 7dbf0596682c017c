import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createSimulatedNetwork,
  type SimulatedNetwork,
  serveSimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import { type FakeCln, startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'

/** A node in a simulated network that can be upset in every way it knows. */
export interface LeakyWorld {
  readonly network: SimulatedNetwork
  readonly settings: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What opens the node, in every form in which it travels. */
  readonly credentials: readonly string[]
  /** Each spoils the answer to the next payment. */
  readonly spoilPayment: readonly (() => void)[]
  /** Each spoils the answer to the next call, or the next few where those are tried again. */
  readonly spoilRead: readonly (() => void)[]
  /** From now on nobody answers. */
  goAway?(): Promise<void>
  /** From now on the credential is worth nothing. */
  revoke?(): Promise<unknown>
  close(): Promise<void>
}

export type Way = 'the simulator' | 'Core Lightning, socket' | 'Core Lightning, clnrest' | 'Eclair'

export const WAYS: readonly Way[] = [
  'the simulator',
  'Core Lightning, socket',
  'Core Lightning, clnrest',
  'Eclair',
]

/** One node for each: an owner has one ledger for a node. */
const seedOf = (way: Way): string => `secrets of ${way}`

export async function openLeakyWorld(way: Way): Promise<LeakyWorld> {
  const network = createSimulatedNetwork({ seed: seedOf(way) })
  const open =
    way === 'the simulator'
      ? openSimulator
      : way === 'Eclair'
        ? openEclair
        : (given: SimulatedNetwork) => openCln(given, way)
  const world = await open(network)
  return {
    ...world,
    network,
    async close() {
      await world.close()
      network.close()
    },
  }
}

type Face = Omit<LeakyWorld, 'network'>

async function openSimulator(network: SimulatedNetwork): Promise<Face> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-simulator-'))
  const served = await serveSimulatedNetwork({ network, socketPath: join(folder, 'network.sock') })
  return {
    settings: ['--backend', 'simulator'],
    env: { LIGHTNING_MCP_SIMULATOR_SOCKET: served.socketPath },
    credentials: [],
    spoilPayment: [],
    spoilRead: [],
    async close() {
      await served.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function openCln(network: SimulatedNetwork, way: Way): Promise<Face> {
  const fake = await startFakeCln({
    network: { network, seed: seedOf(way) },
    rest: way === 'Core Lightning, clnrest',
  })
  const { rest, faults } = fake
  const close = once(() => fake.close())
  const payments = ['xpay', 'pay']
  const spoiling = (['cut-json', 'huge', 'html', 'garble', 'lose'] as const).map(
    (fault) => (methods?: readonly string[]) => faults.arm(fault, methods === undefined ? {} : { methods }),
  )
  return {
    settings: ['--backend', 'cln'],
    env:
      rest === undefined
        ? { CLN_SOCKET: fake.socketPath }
        : { CLN_REST_URL: rest.url, CLN_RUNE: rest.rune, CLN_CA: rest.ca },
    credentials: rest === undefined ? [] : [rest.rune],
    spoilPayment: spoiling.map((spoil) => () => spoil(payments)),
    spoilRead: [...spoiling.map((spoil) => () => spoil()), () => faults.limitRate()],
    goAway: close,
    ...(rest === undefined ? {} : { revoke: () => revokeAll(fake) }),
    close,
  }
}

const revokeAll = (fake: FakeCln): Promise<unknown> => fake.call('blacklistrune', { start: 0, end: 100 })

async function openEclair(network: SimulatedNetwork): Promise<Face> {
  const fake = await startFakeEclair({ network: { network, seed: seedOf('Eclair') } })
  const { password, faults } = fake
  const close = once(() => fake.close())
  const spoiling = ['cut-json', 'too-long', 'html', 'garbled', 'lost', 'error'] as const
  return {
    settings: ['--backend', 'eclair'],
    env: { ECLAIR_URL: fake.url, ECLAIR_PASSWORD: password },
    credentials: [password, Buffer.from(`:${password}`).toString('base64')],
    spoilPayment: spoiling.map((one) => () => faults.spoilNext(one, (method) => method === 'payinvoice')),
    spoilRead: [...spoiling, 'too-many-requests' as const].map((one) => () => faults.spoilNext(one)),
    goAway: close,
    close,
  }
}

/** What is closed in the midst of a session is closed at its end as well. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= close()
    return closing
  }
}
