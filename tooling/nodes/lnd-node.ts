import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Btcd } from './btcd.ts'
import { type Daemon, type ProcessBook, startDaemon } from './daemon.ts'
import { call, connectLnd, firstMessage, type LndServices, openStream } from './lnd-rpc.ts'
import { waitUntil } from './wait-until.ts'

/** Of regtest nodes that live for one test. */
export const WALLET_PASSWORD = 'regtest-only'

type ServiceName = keyof LndServices

export interface LndNodeOptions {
  name: string
  binary: string
  /** The network's folder; the node makes one of its own in it. */
  folder: string
  ports: readonly [rpc: number, rest: number, peer: number]
  btcd: Btcd
  book: ProcessBook
  /** Given: the wallet is made from these words, or fresh ones, and has a password, so that it can be started locked. */
  seed?: readonly string[] | 'fresh'
  /** Keeps watch for others on this port. */
  towerPort?: number
  /** May have towers watch over it. */
  watchtowerClient?: boolean
}

/** One LND. Everything in it is plain to read: its macaroon protects regtest coins. */
export class LndNode {
  readonly name: string
  /** `host:port` of gRPC. */
  readonly socket: string
  /** `https://host:port` of REST. */
  readonly rest: string
  readonly peerAddress: string
  readonly folder: string
  readonly certFile: string
  readonly macaroonFile: string
  readonly #options: LndNodeOptions
  #daemon: Daemon | undefined
  #connection: { services: LndServices; close: () => void } | undefined
  #pubkey: string | undefined
  #locked = false

  constructor(options: LndNodeOptions) {
    const [rpc, rest, peer] = options.ports
    this.#options = options
    this.name = options.name
    this.socket = `127.0.0.1:${rpc}`
    this.rest = `https://127.0.0.1:${rest}`
    this.peerAddress = `127.0.0.1:${peer}`
    this.folder = join(options.folder, options.name)
    this.certFile = join(this.folder, 'tls.cert')
    this.macaroonFile = join(this.folder, 'data', 'chain', 'bitcoin', 'regtest', 'admin.macaroon')
    mkdirSync(this.folder, { recursive: true })
    if (options.seed !== undefined) writeFileSync(this.#passwordFile, WALLET_PASSWORD)
  }

  get pubkey(): string {
    if (this.#pubkey === undefined) throw new Error(`${this.name} has not been started`)
    return this.#pubkey
  }

  get pid(): number | undefined {
    return this.#daemon?.running ? this.#daemon.pid : undefined
  }

  /** Runs, with its wallet open. */
  get active(): boolean {
    return this.pid !== undefined && !this.#locked
  }

  get #passwordFile(): string {
    return join(this.folder, 'password')
  }

  /** Starts it and waits until it takes calls; with `locked`, until it asks for its password. */
  async start(options: { locked?: boolean } = {}): Promise<void> {
    if (this.#daemon?.running) return
    this.#locked = options.locked === true
    const { btcd, seed, binary, book } = this.#options
    const [, rest] = this.#options.ports
    const daemon = startDaemon(
      binary,
      [
        `--lnddir=${this.folder}`,
        '--bitcoin.regtest',
        '--bitcoin.node=btcd',
        `--btcd.rpchost=${btcd.rpcHost}`,
        `--btcd.rpcuser=${btcd.user}`,
        `--btcd.rpcpass=${btcd.password}`,
        `--btcd.rpccert=${btcd.certFile}`,
        `--rpclisten=${this.socket}`,
        `--restlisten=127.0.0.1:${rest}`,
        `--listen=${this.peerAddress}`,
        `--externalip=${this.peerAddress}`,
        `--alias=${this.name}`,
        '--nobootstrap',
        '--accept-keysend',
        '--accept-amp',
        '--bitcoin.defaultchanconfs=1',
        '--trickledelay=50',
        '--gossip.sub-batch-delay=5ms',
        '--db.batch-commit-interval=10ms',
        '--caches.rpc-graph-cache-duration=100ms',
        '--channel-commit-interval=10ms',
        '--tlsdisableautofill',
        '--protocol.wumbo-channels',
        '--minbackoff=100ms',
        '--maxbackoff=1s',
        // a test that fails a payment must not poison the next one's route
        '--routerrpc.apriori.penaltyhalflife=1s',
        ...this.#watchtowerFlags(),
        ...(seed === undefined
          ? ['--noseedbackup']
          : options.locked
            ? []
            : [`--wallet-unlock-password-file=${this.#passwordFile}`, '--wallet-unlock-allow-create']),
      ],
      join(this.#options.folder, `${this.name}.log`),
      book,
    )
    this.#daemon = daemon
    await waitUntil(`${this.name} to listen`, async () => {
      if (!daemon.running) throw new Error(`LND ${this.name} ended: ${daemon.logTail()}`)
      return existsSync(this.certFile)
    })
    if (options.locked) await this.#waitForState('LOCKED')
    else {
      if (seed !== undefined && !existsSync(this.macaroonFile)) await this.#makeWallet(seed)
      await this.#waitForState('SERVER_ACTIVE')
      this.#pubkey ??= (await this.call<{ identity_pubkey: string }>('default', 'getInfo')).identity_pubkey
    }
  }

  #watchtowerFlags(): string[] {
    const { watchtowerClient, towerPort } = this.#options
    return [
      ...(watchtowerClient === true ? ['--wtclient.active'] : []),
      ...(towerPort === undefined
        ? []
        : [
            '--watchtower.active',
            `--watchtower.listen=127.0.0.1:${towerPort}`,
            `--watchtower.externalip=127.0.0.1:${towerPort}`,
          ]),
    ]
  }

  async #makeWallet(given: NonNullable<LndNodeOptions['seed']>): Promise<void> {
    await this.#waitForState('NON_EXISTING')
    const seed =
      given === 'fresh'
        ? (await this.call<{ cipher_seed_mnemonic: string[] }>('unlocker', 'genSeed')).cipher_seed_mnemonic
        : given
    await this.call('unlocker', 'initWallet', {
      wallet_password: Buffer.from(WALLET_PASSWORD),
      cipher_seed_mnemonic: seed,
    })
  }

  async #waitForState(wanted: string): Promise<void> {
    await waitUntil(`${this.name} to be ${wanted}`, async () => {
      if (!this.#daemon?.running) throw new Error(`LND ${this.name} ended: ${this.#daemon?.logTail()}`)
      return (await this.call<{ state: string }>('status', 'getState')).state === wanted
    })
  }

  async #services(): Promise<LndServices> {
    const ready = existsSync(this.macaroonFile)
    if (this.#connection !== undefined && (!ready || 'router' in this.#connection.services))
      return this.#connection.services
    this.#disconnect()
    this.#connection = await connectLnd({
      // a name: Node warns about TLS to an address
      socket: this.socket.replace('127.0.0.1', 'localhost'),
      certFile: this.certFile,
      ...(ready ? { macaroonFile: this.macaroonFile } : {}),
    })
    return this.#connection.services
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  /** A raw unary gRPC call, e.g. `call('default', 'addInvoice', { value_msat: '1000' })`. */
  async call<T>(service: ServiceName, method: string, request: object = {}, timeoutMs?: number): Promise<T> {
    return call<T>((await this.#services())[service], method, request, timeoutMs)
  }

  /** A raw server stream; the caller cancels it. */
  async stream(service: ServiceName, method: string, request: object = {}) {
    return openStream((await this.#services())[service], method, request)
  }

  /** The first message of a stream that satisfies. */
  async first<T>(
    service: ServiceName,
    method: string,
    request: object,
    isIt: (message: T) => boolean,
  ): Promise<T> {
    return firstMessage<T>((await this.#services())[service], method, request, isIt)
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    this.#disconnect()
    await this.#daemon?.stop()
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    this.#disconnect()
    await this.#daemon?.kill()
  }

  /** Kills or stops it if it runs, starts it, and waits until its channels are usable again. */
  async restart(options: { locked?: boolean; kill?: boolean } = {}): Promise<void> {
    if (options.kill) await this.kill()
    else await this.stop()
    await this.start(options)
    if (!options.locked) await this.waitForChannels()
  }

  /** Until every open channel is active and the chain is up to date. */
  async waitForChannels(): Promise<void> {
    await waitUntil(`${this.name}'s channels to be active`, async () => {
      const info = await this.call<{ num_inactive_channels: number; synced_to_chain: boolean }>(
        'default',
        'getInfo',
      )
      return info.synced_to_chain && info.num_inactive_channels === 0
    })
  }

  /** What `lightning-mcp --backend lnd` reads. */
  environment(credential: { macaroonFile?: string } = {}): Record<string, string> {
    return {
      LND_SOCKET: this.socket,
      LND_CERT_FILE: this.certFile,
      LND_MACAROON_FILE: credential.macaroonFile ?? this.macaroonFile,
    }
  }
}
