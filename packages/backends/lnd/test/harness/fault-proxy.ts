import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect as connectTcp, createServer, type Socket, type Server as TcpServer } from 'node:net'
import { dirname, join } from 'node:path'
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { loadSync, type MethodDefinition } from '@grpc/proto-loader'
import { waitUntil } from '@lightning-mcp/nodes'
import { METHODS } from '../../src/methods.ts'

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, '..', 'fixtures', name))

/** The proxy's own certificate: what stands between adapter and node has to be seen in the clear. */
export const proxyCertFile = join(import.meta.dirname, '..', 'fixtures', 'proxy.cert')

const asIs = (bytes: Buffer): Buffer => bytes
const PAYING = METHODS.sendPayment.name
/** Whose reply can be lost. */
const SPENDING: ReadonlySet<string> = new Set(
  [METHODS.sendPayment, METHODS.openChannel, METHODS.closeChannel, METHODS.sendCoins].map(({ name }) => name),
)

type Stream = ServerWritableStream<Buffer, Buffer>
type Fate = 'carry-out' | 'lose-reply' | 'keep-replies' | 'garble-reply' | 'fail-while-held'

/** Something that answers gRPC calls: a real LND behind, or a script. */
export interface Upstream {
  socket: string
  certFile: string
}

/**
 * Stands between adapter and LND: passes every call on, byte for byte, and does on demand what
 * networks do. A TCP layer in front cuts and refuses connections; a gRPC layer loses and spoils replies.
 */
export class FaultProxy {
  calls = 0
  /** Spending requests that have come through, by method. */
  readonly spent: string[] = []
  readonly attempts: number[] = []
  #refusing = false
  #next: Fate = 'carry-out'
  #hideNext = false
  #held: Stream | undefined
  readonly #sockets = new Set<Socket>()
  readonly #streams = new Map<Stream, string>()
  readonly #grpc = new Server({ 'grpc.max_receive_message_length': -1 })
  readonly #upstream: Client
  #front: TcpServer | undefined
  #floodIndex = 1_000_000_000

  constructor({ socket, certFile }: Upstream) {
    this.#upstream = new Client(
      socket.replace('127.0.0.1', 'localhost'),
      credentials.createSsl(readFileSync(certFile)),
      {
        'grpc.use_local_subchannel_pool': 1,
        'grpc.max_receive_message_length': -1,
      },
    )
  }

  get socket(): string {
    const address = this.#front?.address()
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has not been started')
    return `127.0.0.1:${address.port}`
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  async start(): Promise<this> {
    this.#grpc.addService(...this.#service())
    const key = { private_key: fixture('proxy.key'), cert_chain: fixture('proxy.cert') }
    const port = await new Promise<number>((resolve, reject) =>
      this.#grpc.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [key]), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    )
    this.#front = createServer((socket) => this.#accept(socket, port))
    await new Promise<void>((resolve) => this.#front?.listen(0, '127.0.0.1', resolve))
    return this
  }

  #accept(socket: Socket, port: number): void {
    socket.on('error', () => {})
    if (this.#refusing) {
      this.attempts.push(performance.now())
      socket.destroy()
      return
    }
    const inner = connectTcp(port, '127.0.0.1')
    inner.on('error', () => socket.destroy())
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      inner.destroy()
    })
    inner.on('close', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  }

  #service() {
    const streams = new Set([
      'sendPayment',
      'trackPayment',
      'trackPayments',
      'subscribeInvoices',
      'closeChannel',
    ])
    const definitions: Record<string, MethodDefinition<Buffer, Buffer>> = {}
    const handlers: Record<string, (call: never, reply: never) => void> = {}
    for (const [method, { service, name }] of Object.entries(METHODS)) {
      const path = `/${service}/${name}`
      const responseStream = streams.has(method)
      definitions[method] = {
        path,
        requestStream: false,
        responseStream,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
        options: {},
      } as unknown as MethodDefinition<Buffer, Buffer>
      handlers[method] = responseStream
        ? (call: Stream) => this.#passStream(call, path, name)
        : (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) =>
            this.#passUnary(call, reply, path, name)
    }
    return [definitions, handlers] as unknown as Parameters<Server['addService']>
  }

  #passUnary(
    call: ServerUnaryCall<Buffer, Buffer>,
    reply: sendUnaryData<Buffer>,
    path: string,
    name: string,
  ): void {
    this.calls++
    const fate = this.#fateOf(name)
    if (SPENDING.has(name)) this.spent.push(name)
    this.#upstream.makeUnaryRequest(
      path,
      asIs,
      asIs,
      call.request,
      passOn(call.metadata),
      {},
      (error, answer) => {
        if (fate === 'lose-reply') this.cutConnections()
        if (fate === 'keep-replies') return
        if (error) reply({ code: error.code, details: error.details })
        else reply(null, answer as Buffer)
      },
    )
  }

  #passStream(call: Stream, path: string, name: string): void {
    this.calls++
    if (name === METHODS.trackPayment.name && this.#hideNext) {
      this.#hideNext = false
      call.emit('error', { code: status.NOT_FOUND, details: "payment isn't initiated" })
      return
    }
    const fate = this.#fateOf(name)
    if (SPENDING.has(name)) this.spent.push(name)
    const upstream = this.#upstream.makeServerStreamRequest(
      path,
      asIs,
      asIs,
      call.request,
      passOn(call.metadata),
      {},
    )
    this.#streams.set(call, name)
    if (fate === 'fail-while-held') this.#held = call
    upstream.on('data', (message: Buffer) => {
      if (fate === 'lose-reply') this.cutConnections()
      else if (fate !== 'keep-replies')
        call.write(fate === 'garble-reply' ? Buffer.from([0xff, 0xff, 0xff]) : message)
    })
    upstream.on('error', (error: Error & { code?: number; details?: string }) => {
      this.#streams.delete(call)
      if (error.code !== status.CANCELLED) call.emit('error', { code: error.code, details: error.details })
    })
    upstream.on('end', () => {
      this.#streams.delete(call)
      call.end()
    })
    call.on('cancelled', () => {
      this.#streams.delete(call)
      upstream.cancel()
    })
  }

  #fateOf(name: string): Fate {
    const ofAnySpending = this.#next === 'lose-reply' || this.#next === 'keep-replies'
    if (!SPENDING.has(name) || (!ofAnySpending && name !== PAYING)) return 'carry-out'
    const fate = this.#next
    if (fate !== 'keep-replies') this.#next = 'carry-out'
    return fate
  }

  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Connections are taken and closed at once, so that each attempt is seen. */
  async refuseConnections(): Promise<() => void> {
    this.#refusing = true
    this.attempts.length = 0
    this.cutConnections()
    await waitUntil('the connections to close', async () => this.#sockets.size === 0)
    return () => {
      this.#refusing = false
    }
  }

  loseReply(): void {
    this.#next = 'lose-reply'
  }

  /** Until it is reset: what is to be spent is carried out, and its caller never has an answer. */
  keepReplies(): void {
    this.#next = 'keep-replies'
  }

  garbleReply(): void {
    this.#next = 'garble-reply'
  }

  failReplyWhileHeld(): void {
    this.#next = 'fail-while-held'
  }

  /** To be called once the recipient holds the HTLC: the armed payment's reply is an error, and LND goes on. */
  tellHeld(): void {
    this.#held?.emit('error', { code: status.UNKNOWN, details: 'unable to find a path to destination' })
    this.#held = undefined
  }

  hidePaymentOnce(): void {
    this.#hideNext = true
  }

  /** The adapter opens its streams in its own time: waits for one. */
  #subscriptions(): Promise<Stream[]> {
    return waitUntil('a subscription to invoices', async () => {
      const streams = [...this.#streams]
        .filter(([, name]) => name === METHODS.subscribeInvoices.name)
        .map(([stream]) => stream)
      return streams.length > 0 && streams
    })
  }

  async breakStreams(): Promise<void> {
    await this.#subscriptions()
    for (const [stream, name] of this.#streams) {
      if (name !== METHODS.subscribeInvoices.name && name !== METHODS.trackPayments.name) continue
      this.#streams.delete(stream)
      stream.emit('error', { code: status.UNAVAILABLE, details: 'transport is closing' })
    }
  }

  async forgeSettled(paymentHash: string): Promise<void> {
    const forged = encodeInvoice({
      r_hash: Buffer.from(paymentHash, 'hex'),
      state: 'SETTLED',
      amt_paid_msat: '1000',
      creation_date: String(Math.floor(Date.now() / 1000)),
      expiry: '3600',
      settle_index: String(this.#floodIndex++),
    })
    for (const stream of await this.#subscriptions()) stream.write(forged)
  }

  async flood(count: number): Promise<void> {
    const streams = await this.#subscriptions()
    for (let index = 0; index < count; index++) {
      const harmless = encodeInvoice({
        r_hash: Buffer.alloc(32, index % 251),
        state: 'OPEN',
        creation_date: String(Math.floor(Date.now() / 1000)),
        expiry: '3600',
        add_index: String(this.#floodIndex++),
      })
      for (const stream of streams) stream.write(harmless)
    }
  }

  /** Back to a proxy that does nothing. */
  reset(): void {
    this.#refusing = false
    this.#next = 'carry-out'
    this.#hideNext = false
    this.#held = undefined
  }

  async stop(): Promise<void> {
    this.cutConnections()
    await new Promise<void>((resolve) => this.#front?.close(() => resolve()) ?? resolve())
    this.#grpc.forceShutdown()
    this.#upstream.close()
  }
}

/** The macaroon goes on; what belongs to the transport stays behind. */
function passOn(from: Metadata): Metadata {
  const metadata = new Metadata()
  for (const value of from.get('macaroon')) metadata.add('macaroon', value)
  return metadata
}

const protos = loadSync('lightning.proto', {
  includeDirs: [join(dirname(createRequire(import.meta.url).resolve('lightning')), 'grpc', 'protos')],
  keepCase: true,
  longs: String,
  enums: String,
})

const encodeInvoice = (invoice: object): Buffer =>
  (
    protos['lnrpc.Lightning'] as unknown as Record<string, { responseSerialize: (message: object) => Buffer }>
  )['SubscribeInvoices']!.responseSerialize(invoice)
