import { mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { type Daemon, type ProcessBook, startDaemon } from './daemon.ts'
import { waitUntil } from './wait-until.ts'

/** The chain: a btcd on regtest that mines when told. */
export interface Btcd {
  readonly daemon: Daemon
  readonly rpcHost: string
  readonly certFile: string
  readonly user: string
  readonly password: string
  rpc<T>(method: string, params?: readonly unknown[]): Promise<T>
  mine(blocks: number): Promise<void>
  height(): Promise<number>
}

export async function startBtcd(options: {
  binary: string
  folder: string
  miningAddress: string
  ports: readonly [rpc: number, peer: number]
  book: ProcessBook
}): Promise<Btcd> {
  const folder = join(options.folder, 'btcd')
  mkdirSync(folder, { recursive: true })
  const [rpcPort, peerPort] = options.ports
  const certFile = join(folder, 'rpc.cert')
  // of a chain that lives for one test, on loopback
  const [user, password] = ['nodes', 'nodes']
  const daemon = startDaemon(
    options.binary,
    [
      '--regtest',
      `--datadir=${join(folder, 'data')}`,
      `--logdir=${join(folder, 'logs')}`,
      `--configfile=${join(folder, 'btcd.conf')}`,
      `--rpcuser=${user}`,
      `--rpcpass=${password}`,
      `--rpclisten=127.0.0.1:${rpcPort}`,
      `--listen=127.0.0.1:${peerPort}`,
      `--rpccert=${certFile}`,
      `--rpckey=${join(folder, 'rpc.key')}`,
      `--miningaddr=${options.miningAddress}`,
      '--txindex',
      '--trickleinterval=50ms',
      '--nobanning',
      '--nostalldetect',
      '--nodnsseed',
      '--rpcmaxwebsockets=100',
      '--rpcmaxclients=100',
    ],
    join(options.folder, 'btcd.log'),
    options.book,
  )

  const rpc = <T>(method: string, params: readonly unknown[] = []): Promise<T> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: '1.0', id: 1, method, params })
      const call = request(
        {
          host: '127.0.0.1',
          port: rpcPort,
          method: 'POST',
          auth: `${user}:${password}`,
          ca: readFileSync(certFile),
          agent: false,
          timeout: 60_000,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => {
            try {
              const answer = JSON.parse(text) as { result: T; error: { message: string } | null }
              if (answer.error) reject(new Error(`btcd ${method}: ${answer.error.message}`))
              else resolve(answer.result)
            } catch (error) {
              reject(new Error(`btcd ${method}: ${response.statusCode}`, { cause: error }))
            }
          })
          response.on('error', reject)
        },
      )
      call.on('timeout', () => call.destroy(new Error(`btcd ${method}: no answer`)))
      call.on('error', reject)
      call.end(body)
    })

  const height = (): Promise<number> => rpc<number>('getblockcount')
  await waitUntil('btcd to answer', async () => {
    if (!daemon.running) throw new Error(`btcd ended: ${daemon.logTail()}`)
    return (await height()) >= 0
  })
  return {
    daemon,
    rpcHost: `127.0.0.1:${rpcPort}`,
    certFile,
    user,
    password,
    rpc,
    height,
    mine: async (blocks) => {
      await rpc('generate', [blocks])
    },
  }
}
