import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { METHODS, type StreamMethod, type UnaryMethod } from '../../src/methods.ts'
import { fixture } from '../fixtures.ts'

export interface Fault {
  code: number
  details: string
}

/** What a call is answered with: a reply, or an error. */
type UnaryScript = (request: Record<string, unknown>) => object | Promise<object>
/** Writes what it likes; what it throws is the stream's error. */
type StreamScript = (stream: ServerWritableStream<Record<string, unknown>, object>) => void | Promise<void>

const packages = loadSync(
  ['lightning', 'router', 'invoices', 'stateservice', 'walletkit', 'wtclient'].map((name) => `${name}.proto`),
  {
    includeDirs: [join(dirname(createRequire(import.meta.url).resolve('lightning')), 'grpc', 'protos')],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
  },
)

const STREAMS: ReadonlySet<string> = new Set<StreamMethod>([
  'sendPayment',
  'trackPayment',
  'trackPayments',
  'subscribeInvoices',
  'closeChannel',
])

const file = (name: string): Buffer => readFileSync(join(import.meta.dirname, '..', 'fixtures', name))

export const refuse = (code: number, details: string): Fault => ({ code, details })

/** A gRPC server with LND's own protos that answers as a test tells it to, for what a real LND does not do on demand. */
export class ScriptedLnd {
  /** Methods called, in order. */
  readonly calls: string[] = []
  /** Macaroons that came with them, hex. */
  readonly macaroons = new Set<string>()
  readonly #unary = new Map<string, UnaryScript>([
    ['getState', () => ({ state: 'SERVER_ACTIVE' })],
    ['getInfo', () => fixture<object>('info')],
    ['listChannels', () => ({ channels: [] })],
  ])
  readonly #streams = new Map<string, StreamScript>()
  readonly #server = new Server()
  #port = 0

  get port(): number {
    return this.#port
  }

  get socket(): string {
    return `127.0.0.1:${this.#port}`
  }

  on(method: UnaryMethod, script: UnaryScript): this {
    this.#unary.set(method, script)
    return this
  }

  onStream(method: StreamMethod, script: StreamScript): this {
    this.#streams.set(method, script)
    return this
  }

  count(method: string): number {
    return this.calls.filter((call) => call === method).length
  }

  /** On any free port, or on one that another had. */
  async start(port = 0): Promise<this> {
    const methods = Object.entries(METHODS)
    for (const service of new Set(methods.map(([, spec]) => spec.service))) {
      const own = methods.filter(([, spec]) => spec.service === service)
      this.#server.addService(
        Object.fromEntries(
          own.map(([method, spec]) => [method, (packages[service] as Record<string, object>)[spec.name]]),
        ) as never,
        Object.fromEntries(own.map(([method]) => [method, this.#handler(method)])) as never,
      )
    }
    this.#port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync(
        `127.0.0.1:${port}`,
        ServerCredentials.createSsl(null, [
          { private_key: file('proxy.key'), cert_chain: file('proxy.cert') },
        ]),
        (error, bound) => (error === null ? resolve(bound) : reject(error)),
      ),
    )
    return this
  }

  #handler(method: string) {
    return STREAMS.has(method)
      ? async (stream: ServerWritableStream<Record<string, unknown>, object>) => {
          this.#note(method, stream.metadata)
          try {
            const script = this.#streams.get(method)
            if (script === undefined) throw refuse(12, `unknown method ${method}`)
            await script(stream)
          } catch (fault) {
            stream.emit('error', fault)
          }
        }
      : async (call: ServerUnaryCall<Record<string, unknown>, object>, reply: sendUnaryData<object>) => {
          this.#note(method, call.metadata)
          try {
            const script = this.#unary.get(method)
            if (script === undefined) throw refuse(12, `unknown method ${method}`)
            reply(null, await script(call.request))
          } catch (fault) {
            reply(fault as Fault)
          }
        }
  }

  #note(method: string, metadata: Metadata): void {
    this.calls.push(method)
    for (const macaroon of metadata.get('macaroon')) this.macaroons.add(String(macaroon))
  }

  /** Cuts every connection at once and takes no more. */
  stop(): void {
    this.#server.forceShutdown()
  }
}
