import { connect, type Socket } from 'node:net'
import { encodeExact, parseExact } from './exact-json.ts'
import {
  type CallSettings,
  MAX_REPLY_BYTES,
  type Params,
  RpcFault,
  type Transport,
  WireFault,
  type WireReason,
} from './transport.ts'

const CONNECT_TIMEOUT_MS = 10_000

interface Waiting {
  answer(result: unknown): void
  fail(fault: Error): void
}

/** JSON-RPC over the unix socket `lightning-rpc`: one connection, made when first needed, on which answers come in any order. */
export class UnixTransport implements Transport {
  readonly #path: string
  #connection: Connection | undefined
  #opening: Promise<Connection> | undefined
  #closed = false

  constructor(path: string) {
    this.#path = path
  }

  get connected(): boolean {
    return this.#connection?.usable === true && this.#connection.answered
  }

  another(): UnixTransport {
    return new UnixTransport(this.#path)
  }

  async call(method: string, params: Params, settings: CallSettings): Promise<unknown> {
    const { signal, timeoutMs, established } = settings
    signal?.throwIfAborted()
    const text = encodeExact(params)
    if (established === true && !this.connected) throw new WireFault('lost', false)
    const deadline = Date.now() + timeoutMs
    const connection = await withSignal(this.#open(), signal)
    return connection.call(method, text, signal, deadline)
  }

  #open(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new WireFault('closed', false))
    if (this.#connection?.usable) return Promise.resolve(this.#connection)
    this.#opening ??= openSocket(this.#path)
      .then((socket) => {
        this.#connection = new Connection(socket)
        if (!this.#closed) return this.#connection
        this.#connection.end('closed')
        throw new WireFault('closed', false)
      })
      .finally(() => {
        this.#opening = undefined
      })
    return this.#opening
  }

  close(): void {
    this.#closed = true
    this.#connection?.end('closed')
  }
}

const CONNECT_REASONS: Readonly<Record<string, WireReason>> = {
  ENOENT: 'no-socket',
  ENOTDIR: 'no-socket',
  // longer than a socket's path may be
  EINVAL: 'no-socket',
  EACCES: 'socket-denied',
  EPERM: 'socket-denied',
  ECONNREFUSED: 'socket-refused',
  ENOTSOCK: 'socket-refused',
  EPROTOTYPE: 'socket-refused',
}

function openSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const fail = (reason: WireReason, cause?: unknown): void => {
      socket.destroy()
      reject(new WireFault(reason, false, cause))
    }
    const patience = setTimeout(() => fail('timeout'), CONNECT_TIMEOUT_MS)
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(patience)
      fail(CONNECT_REASONS[error.code ?? ''] ?? 'unreachable', error)
    })
    socket.once('connect', () => {
      clearTimeout(patience)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/** Two line ends after each object: captured in frame-plain. */
const FRAME_END = '\n\n'

class Connection {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #chunks: Buffer[] = []
  #received = 0
  #ended = false
  answered = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => this.end('lost'))
    socket.on('close', () => this.end('lost'))
  }

  get usable(): boolean {
    return !this.#ended && !this.#socket.destroyed && this.#socket.writable
  }

  call(method: string, params: string, signal: AbortSignal | undefined, deadline: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      let flushed = false
      const done = (): void => {
        clearTimeout(patience)
        signal?.removeEventListener('abort', abort)
        this.#waiting.delete(id)
      }
      const giveUp = (): void => {
        done()
        // a request that is not with the kernel yet must never leave, and half an answer blocks all others
        if (!flushed || this.#received > 0) this.end('lost')
      }
      const abort = (): void => {
        giveUp()
        reject(signal?.reason)
      }
      const patience = setTimeout(
        () => {
          giveUp()
          reject(new WireFault('timeout', true))
        },
        Math.max(0, deadline - Date.now()),
      )
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.set(id, {
        answer: (result) => {
          done()
          resolve(result)
        },
        fail: (fault) => {
          done()
          reject(fault)
        },
      })
      this.#socket.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`, () => {
        flushed = true
      })
    })
  }

  #receive(chunk: Buffer): void {
    let rest = chunk
    for (;;) {
      // the two line ends may lie in two chunks
      const split = this.#chunks.at(-1)?.at(-1) === 0x0a && rest[0] === 0x0a
      const end = split ? 0 : rest.indexOf(FRAME_END)
      if (end === -1) break
      this.#chunks.push(rest.subarray(0, end))
      const frame = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
      this.#chunks = []
      this.#received = 0
      rest = rest.subarray(end + (split ? 1 : 2))
      this.#read(frame?.toString('utf8') ?? '')
      if (this.#ended) return
    }
    if (rest.length === 0) return
    this.#chunks.push(rest)
    this.#received += rest.length
    if (this.#received > MAX_REPLY_BYTES) this.end('too-large')
    // an HTTP server, or anything else that is no JSON-RPC, says so with its first byte
    else if (!/^\s*(\{|$)/.test(this.#chunks[0]?.toString('latin1', 0, 64) ?? '')) this.end('not-cln')
  }

  #read(frame: string): void {
    if (frame.trim() === '') return
    let message: { id?: unknown; result?: unknown; error?: unknown }
    try {
      message = parseExact(frame) as typeof message
    } catch {
      this.end(/^\s*\{/.test(frame) ? 'not-json' : 'not-cln')
      return
    }
    if (typeof message !== 'object' || message === null) {
      this.end('not-cln')
      return
    }
    const waiting = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined
    // notifications, and answers that nobody waits for any more
    if (waiting === undefined) return
    this.answered = true
    const error = message.error as { code?: unknown; message?: unknown; data?: unknown } | null | undefined
    if (error !== undefined && error !== null)
      waiting.fail(
        typeof error.code === 'number'
          ? new RpcFault(error.code, typeof error.message === 'string' ? error.message : '', error.data)
          : new WireFault('not-cln', true),
      )
    else if ('result' in message) waiting.answer(message.result)
    else waiting.fail(new WireFault('not-cln', true))
  }

  /** Ends it: whoever waits is told why. Nothing more of what was asked leaves after this. */
  end(reason: WireReason): void {
    if (this.#ended) return
    this.#ended = true
    // half an answer and then nothing: more telling than "lost"
    const told = reason === 'lost' && this.#received > 0 ? 'cut' : reason
    this.#chunks = []
    this.#socket.destroy()
    for (const waiting of [...this.#waiting.values()]) waiting.fail(new WireFault(told, true))
  }
}

/** Waits no longer than the signal; what is awaited goes on for the others. */
export function withSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
