import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { dirname, join } from 'node:path'
import { checkServerIdentity } from 'node:tls'
import type { Client, ClientReadableStream, Metadata, ServiceError } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { LightningError } from '@lightning-mcp/core'
import { STATUS } from './error-rules.ts'
import { mapLndError, statusOf } from './errors.ts'
import {
  METHODS,
  type Method,
  type StreamMessages,
  type StreamMethod,
  type UnaryMethod,
  type UnaryReplies,
} from './methods.ts'
import type { LndConnection } from './options.ts'

/** For calls that a healthy node answers at once. */
const CALL_TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000

type Definitions = Readonly<Record<Method, MethodDefinition<object, object>>>
type Grpc = typeof import('@grpc/grpc-js')

const PROTOS = ['lightning', 'router', 'invoices', 'stateservice', 'walletkit', 'wtclient'].map(
  (name) => `${name}.proto`,
)

let library: Promise<{ grpc: Grpc; definitions: Definitions }> | undefined

/** gRPC and LND's protos take a tenth of a second to load: only once LND is really used. */
const loadLibrary = (): NonNullable<typeof library> => {
  library ??= (async () => {
    const [grpc, { loadSync }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')])
    const folder = join(dirname(createRequire(import.meta.url).resolve('lightning')), 'grpc', 'protos')
    const packages = loadSync(PROTOS, {
      includeDirs: [folder],
      defaults: true,
      enums: String,
      keepCase: true,
      longs: String,
      oneofs: true,
    })
    const definitions = Object.fromEntries(
      Object.entries(METHODS).map(([method, { service, name }]) => [
        method,
        (packages[service] as Record<string, MethodDefinition<object, object>> | undefined)?.[name],
      ]),
    ) as unknown as Definitions
    return { grpc, definitions }
  })()
  return library
}

/** A server stream. `messages` ends with the stream; an error of it is a gRPC error, not mapped. */
export interface LndStream<T> {
  messages: AsyncIterable<T>
  /** Closes it; nothing more is carried. */
  cancel(): void
}

/** Looks at who answers a connection that has just been made. */
type CheckConnection = (getInfo: () => Promise<UnaryReplies['getInfo']>) => Promise<void>

/** The wire to one LND: one connection, made when first needed. Knows gRPC, and nothing of Lightning. */
export class LndClient {
  readonly #load: () => Promise<LndConnection>
  readonly #check: CheckConnection
  #current: { grpc: Grpc; client: Client; metadata: Metadata } | undefined
  #opening: Promise<void> | undefined
  #closed = false
  /** Calls and streams under way: closing a channel does not end them. */
  readonly #underWay = new Set<{ cancel(): void }>()

  /** `load` is asked anew for each connection; one that `check` rejects carries nothing else. */
  constructor(load: () => Promise<LndConnection>, check: CheckConnection) {
    this.#load = load
    this.#check = check
  }

  /**
   * Returns once there is a connection, so that what is sent next goes out at once. Rejects with
   * `unavailable`, `unauthenticated` (certificate) or `not_ready` (locked, starting); nothing was sent then.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#opening === undefined && this.#isReady()) return
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    await withSignal(this.#opening, signal)
  }

  #isReady(): boolean {
    const { grpc, client } = this.#current ?? {}
    return (
      grpc !== undefined && client?.getChannel().getConnectivityState(false) === grpc.connectivityState.READY
    )
  }

  async #open(): Promise<void> {
    // a fresh channel: an old one in failure would wait out its own delay before it tries again
    await this.#renew()
    // needs no macaroon, and tells a locked wallet from everything else
    const { state } = await this.#unary('getState', {}, CONNECT_TIMEOUT_MS).catch((error: unknown) => {
      const status = statusOf(error)
      if (status === STATUS.UNAVAILABLE || status === STATUS.DEADLINE_EXCEEDED || status === STATUS.CANCELLED)
        throw mapLndError(error)
      // something answered, perhaps a proxy that lets other services through only
      return { state: 'SERVER_ACTIVE' }
    })
    const problem = STATE_PROBLEMS[state]
    if (problem !== undefined) throw new LightningError({ code: 'not_ready', ...problem })
    try {
      await this.#check(() => this.#unary('getInfo', {}, CONNECT_TIMEOUT_MS))
    } catch (error) {
      this.#current?.client.close()
      throw mapLndError(error)
    }
  }

  async #renew(): Promise<void> {
    const [{ grpc }, connection] = await Promise.all([loadLibrary(), this.#load()])
    if (this.#closed) throw closedError()
    this.#current?.client.close()
    const { host, port, certificate, macaroon } = connection
    const byAddress = isIP(host) !== 0
    const credentials = grpc.credentials.createSsl(
      certificate ?? null,
      null,
      null,
      // TLS wants a name, not an address, as server name: ask for any, and check the certificate for the address
      byAddress ? { checkServerIdentity: (_name, peer) => checkServerIdentity(host, peer) } : {},
    )
    const metadata = new grpc.Metadata()
    metadata.set('macaroon', macaroon.reveal().toString('hex'))
    const client = new grpc.Client(`${host.includes(':') ? `[${host}]` : host}:${port}`, credentials, {
      'grpc.max_receive_message_length': 200 * 1024 * 1024,
      // notices a peer that is gone without a word; LND allows a ping every 5 seconds
      'grpc.keepalive_time_ms': 60_000,
      'grpc.keepalive_timeout_ms': 15_000,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.service_config_disable_resolution': 1,
      // nothing here may be sent twice by a library
      'grpc.enable_retries': 0,
      // a proxy of the environment is of no use for a node on this machine
      'grpc.enable_http_proxy': /^(localhost|127\.|::1$)/.test(host) ? 0 : 1,
      ...(byAddress ? { 'grpc.ssl_target_name_override': 'localhost' } : {}),
    })
    this.#current = { grpc, client, metadata }
  }

  /** One call, one answer. Rejects with the signal's reason, or with an error of core's. For calls that are safe to lose. */
  async call<M extends UnaryMethod>(
    method: M,
    request: object,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<UnaryReplies[M]> {
    await this.ready(options.signal)
    try {
      return await this.#unary(method, request, CALL_TIMEOUT_MS, options.signal)
    } catch (error) {
      options.signal?.throwIfAborted()
      throw mapLndError(error)
    }
  }

  /** One call that changes something: call `ready()` before, and take every error of it as "may have been done". Errors are gRPC's, not mapped. */
  async sendOnce<M extends UnaryMethod>(
    method: M,
    request: object,
    options: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<UnaryReplies[M]> {
    return this.#unary(method, request, options.timeoutMs, options.signal)
  }

  async #unary<M extends UnaryMethod>(
    method: M,
    request: object,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<UnaryReplies[M]> {
    const { definitions } = await loadLibrary()
    const { client, metadata, grpc } = this.#use()
    const { path, requestSerialize, responseDeserialize } = definitions[method]
    return new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        method === 'getState' ? new grpc.Metadata() : metadata,
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, reply?: object) => {
          signal?.removeEventListener('abort', cancel)
          this.#underWay.delete(call)
          if (error === null) resolve(reply as UnaryReplies[M])
          else reject(error)
        },
      )
      this.#underWay.add(call)
      const cancel = (): void => call.cancel()
      signal?.addEventListener('abort', cancel, { once: true })
    })
  }

  /** Opens a stream at once: call `ready()` before, and take every error after it as "may have been sent". */
  async openStream<M extends StreamMethod>(
    method: M,
    request: object,
  ): Promise<LndStream<StreamMessages[M]>> {
    const { definitions } = await loadLibrary()
    const { client, metadata } = this.#use()
    const { path, requestSerialize, responseDeserialize } = definitions[method]
    const stream = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      {},
    ) as ClientReadableStream<StreamMessages[M]>
    this.#underWay.add(stream)
    // without a listener an error between two reads would end the process
    stream.on('error', () => {})
    stream.on('status', () => this.#underWay.delete(stream))
    return { messages: stream, cancel: () => stream.cancel() }
  }

  #use() {
    if (this.#closed || this.#current === undefined) throw closedError()
    return this.#current
  }

  close(): void {
    this.#closed = true
    for (const call of this.#underWay) call.cancel()
    this.#current?.client.close()
  }
}

// https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/lnrpc/stateservice.proto
const STATE_PROBLEMS: Readonly<Record<string, { message: string; hint: string } | undefined>> = {
  LOCKED: { message: "LND's wallet is locked", hint: 'Unlock it: lncli unlock.' },
  NON_EXISTING: { message: 'LND has no wallet yet', hint: 'Create one: lncli create.' },
  WAITING_TO_START: { message: 'LND waits for its turn in a cluster', hint: 'Use the node that is active.' },
  UNLOCKED: { message: 'LND is still starting', hint: 'Try again in a few seconds.' },
}

const closedError = (): LightningError =>
  new LightningError({
    code: 'unavailable',
    message: 'this connection to LND was closed',
    hint: 'Make a new backend.',
    retry: 'never',
  })

/** Waits no longer than the signal; what is awaited goes on for the others. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
