import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connectSimulatedNetwork,
  type RemoteNetwork,
  type SimulatorBackend,
} from '@lightning-mcp/backend-simulator'
import type { ChildAnswer, ChildOrder } from './wallet-process.ts'

function start(script: string, ...given: string[]): ChildProcess {
  return fork(join(import.meta.dirname, script), given, {
    execArgv: ['--conditions=development', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

const firstMessage = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? code} and said nothing`)))
  })

/** One wallet's place in the network: a node of its own and a database of its own. */
export interface Stage {
  payer: SimulatorBackend
  /** Runs a wallet process to its end. `undefined`: it was killed. */
  run(order: Partial<ChildOrder> & Pick<ChildOrder, 'calls'>): Promise<ChildAnswer | undefined>
}

export interface NetworkProcess {
  stage(payer: number): Stage
  close(): Promise<void>
}

/** A network in a process of its own, for wallets in others. */
export async function startNetwork(payers: number): Promise<NetworkProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-test-'))
  const server = start('network-process.ts', join(folder, 'network.sock'), `${payers}`)
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const { socketPath } = await firstMessage<{ socketPath: string }>(server)
  const network: RemoteNetwork = await connectSimulatedNetwork({ socketPath })
  const epochMs = Date.now()
  return {
    stage: (index) => ({
      payer: network.wallet(`payer-${index}`),
      async run(order) {
        const whole: ChildOrder = {
          socketPath,
          payer: `payer-${index}`,
          file: join(folder, `wallet-${index}.sqlite`),
          speed: 30,
          epochMs,
          leaseSeconds: 60,
          ...order,
        }
        const child = start('wallet-process.ts', JSON.stringify(whole))
        const ended = new Promise<NodeJS.Signals | null>((resolve) =>
          child.once('exit', (_, signal) => resolve(signal)),
        )
        const answer = await firstMessage<ChildAnswer>(child).catch(() => undefined)
        const signal = await ended
        if (answer === undefined && signal !== 'SIGKILL') throw new Error('the wallet process failed')
        return answer
      },
    }),
    async close() {
      network.close()
      if (server.connected) server.disconnect()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
