import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connectSimulatedNetwork,
  type RemoteNetwork,
  type SimulatorBackend,
} from '@lightning-mcp/backend-simulator'
import type { ChildAnswer, ChildOrder } from './child-order.ts'
import { newDatabase } from './stores.ts'

function start(script: string, ...given: string[]): ChildProcess {
  return fork(join(import.meta.dirname, script), given, {
    execArgv: ['--conditions=development', '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'lightning-mcp-compile-cache') },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

const firstMessage = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? code} and said nothing`)))
  })

export type RunOrder = Partial<ChildOrder> & Pick<ChildOrder, 'calls'>

/** One wallet's place: a node to pay from and a database of its own, used by processes that come and go. */
export interface Stage {
  /** Runs a wallet process to its end. `undefined`: it was killed. `killAfterMs`: from here, at no moment in particular. */
  run(order: RunOrder, options?: { killAfterMs?: number }): Promise<ChildAnswer | undefined>
  /** Each sending that the node should not have got. */
  notes(): string[]
}

/** A stage in the folder; `world` is what its wallets see. */
export function openStage(
  name: string,
  folder: string,
  world: ChildOrder['world'],
  { speed = 30 }: { speed?: number } = {},
): Stage {
  const epochMs = Date.now()
  const notes = join(folder, `${name}.notes`)
  const database = newDatabase(folder)
  return {
    notes: () => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []),
    async run(order, { killAfterMs } = {}) {
      const whole: ChildOrder = {
        world,
        database,
        notes,
        speed,
        epochMs,
        leaseSeconds: 60,
        ...order,
      }
      const child = start('wallet-process.ts')
      child.send(whole, () => {})
      const ended = new Promise<NodeJS.Signals | null>((resolve) =>
        child.once('exit', (_, signal) => resolve(signal)),
      )
      const timer =
        killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
      const answer = await firstMessage<ChildAnswer>(child).catch(() => undefined)
      const signal = await ended
      clearTimeout(timer)
      if (answer === undefined && signal !== 'SIGKILL') throw new Error('the wallet process failed')
      return answer
    },
  }
}

export interface SimulatorStage extends Stage {
  payer: SimulatorBackend
}

export interface NetworkProcess {
  /** Any node of the network, by name. */
  node(name: string): SimulatorBackend
  /** The next payer's. */
  stage(): SimulatorStage
  /** The next payment of anybody is neither passed on nor sent back. */
  holdNextHtlc(): Promise<void>
  releaseHeldHtlcs(how: 'forward' | 'fail'): Promise<void>
  close(): Promise<void>
}

/** A simulated network in a process of its own, for wallets in others. */
export async function startNetwork(payers: number): Promise<NetworkProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-test-'))
  const server = start('network-process.ts', join(folder, 'network.sock'), `${payers}`)
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const { socketPath } = await firstMessage<{ socketPath: string }>(server)
  const network: RemoteNetwork = await connectSimulatedNetwork({ socketPath })
  let next = 0
  return {
    node: (name) => network.wallet(name),
    holdNextHtlc: async () => network.holdNextHtlc({ node: 'shop' }),
    releaseHeldHtlcs: async (how) => void (await network.releaseHeldHtlcs(how)),
    stage: () => {
      if (next === payers) throw new Error(`the network was made for ${payers} payers`)
      const payer = `payer-${next++}`
      const module = join(import.meta.dirname, 'simulator-world.ts')
      return {
        payer: network.wallet(payer),
        ...openStage(payer, folder, { module, options: { socketPath, payer } }),
      }
    },
    async close() {
      network.close()
      if (server.connected) server.disconnect()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
