import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import type { FakeNode } from '../node/fake-node.ts'
import { dispatch } from '../rpc/dispatch.ts'
import { filterResult } from '../rpc/filter-result.ts'
import { INVALID_PARAMS, INVALID_REQUEST, RpcError } from '../rpc/rpc-error.ts'
import { createJsonSplitter } from './split-json.ts'
import { DRIP_MS, HTML_PAGE, hugeText, type WireFaults } from './wire-faults.ts'

const END = '\n\n'

interface Request {
  jsonrpc?: unknown
  id?: unknown
  method?: unknown
  params?: unknown
  filter?: unknown
}

interface Connection {
  readonly socket: Socket
  readonly ended: AbortController
  notifications: boolean
  /** An answer drips: on one stream it holds up whatever comes after it. */
  heldUp: boolean
}

/** The daemon's unix socket `lightning-rpc`. */
export class SocketServer {
  calls = 0
  readonly path: string
  readonly #node: FakeNode
  readonly #faults: WireFaults
  readonly #connections = new Set<Connection>()
  #server: Server | undefined

  constructor(options: { node: FakeNode; faults: WireFaults; path: string }) {
    this.#node = options.node
    this.#faults = options.faults
    this.path = options.path
  }

  get connections(): number {
    return this.#connections.size
  }

  async listen(): Promise<void> {
    this.#server = createServer((socket) => this.#accept(socket))
    this.#server.listen(this.path)
    await once(this.#server, 'listening')
  }

  /** Nobody is there any more: the file is gone and every connection is cut. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    this.cut()
    await closed
  }

  cut(): void {
    for (const { socket } of this.#connections) socket.destroy()
  }

  #accept(socket: Socket): void {
    const connection: Connection = {
      socket,
      ended: new AbortController(),
      notifications: false,
      heldUp: false,
    }
    this.#connections.add(connection)
    const split = createJsonSplitter()
    const decoder = new StringDecoder('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#connections.delete(connection)
      connection.ended.abort()
    })
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const text of split(decoder.write(chunk))) this.#onText(connection, text)
      } catch {
        // the daemon answers broken JSON by hanging up
        socket.destroy()
      }
    })
  }

  #onText(connection: Connection, text: string): void {
    this.calls += 1
    const { request, sources } = parse(text)
    const refusal = refusalOf(request, text)
    if (refusal !== undefined) {
      write(connection, { jsonrpc: '2.0', id: refusal.id, error: refusal.error })
      return
    }
    const { id, method, params, filter } = request as Request & { method: string }
    if (method === 'notifications') {
      connection.notifications = (params as { enable?: boolean }).enable === true
      write(connection, { jsonrpc: '2.0', id, result: {} })
      return
    }
    const fault = this.#faults.take(method)
    if (fault === 'limit') {
      write(connection, { jsonrpc: '2.0', id, error: new RpcError(1502, 'Not permitted: rate exceeded') })
      return
    }
    const caller = {
      signal: connection.ended.signal,
      tell: (level: string, message: string) => {
        if (connection.notifications)
          write(connection, { jsonrpc: '2.0', method: 'message', params: { id, level, message } })
      },
    }
    dispatch(this.#node, method, params, caller, sources).then(
      (result) => answer(connection, { jsonrpc: '2.0', id, result: filterResult(result, filter) }, fault),
      (error: unknown) => answer(connection, { jsonrpc: '2.0', id, error: asRpcError(error) }, fault),
    )
  }
}

/** What the daemon could not have made of it is a fault of this fake, and says so. */
export const asRpcError = (error: unknown): RpcError =>
  error instanceof RpcError
    ? error
    : new RpcError(-1, `the fake failed: ${String((error as Error)?.stack ?? error)}`)

function parse(text: string): { request: unknown; sources: ReadonlyMap<string, string> } {
  const sources = new Map<string, string>()
  if (!text.includes('\\u')) return { request: JSON.parse(text), sources }
  const request: unknown = JSON.parse(text, (key: string, value: unknown, context?: { source?: string }) => {
    if (typeof value === 'string' && context?.source?.includes('\\u')) sources.set(key, context.source)
    return value
  })
  return { request, sources }
}

function refusalOf(request: unknown, text: string): { id: unknown; error: RpcError } | undefined {
  const { jsonrpc, id, method, params } = request as Request
  if (jsonrpc === undefined)
    return {
      id: null,
      error: new RpcError(INVALID_REQUEST, `JSON-RPC message does not contain "jsonrpc" field: '${text}'`),
    }
  if (id === undefined) return { id: null, error: new RpcError(INVALID_REQUEST, 'No id') }
  if (typeof method !== 'string') return { id, error: new RpcError(INVALID_REQUEST, 'No method') }
  if (params === undefined) return { id, error: new RpcError(INVALID_REQUEST, 'No params') }
  if (typeof params !== 'object' || params === null)
    return { id, error: new RpcError(INVALID_PARAMS, 'Expected array or object for params') }
  return undefined
}

const write = (connection: Connection, message: unknown): void => {
  if (connection.socket.writable && !connection.heldUp) connection.socket.write(JSON.stringify(message) + END)
}

function answer(
  connection: Connection,
  message: Readonly<Record<string, unknown>>,
  fault: ReturnType<WireFaults['take']>,
): void {
  const { socket } = connection
  switch (fault) {
    case undefined:
      write(connection, message)
      break
    case 'lose':
      socket.destroy()
      break
    case 'garble':
      write(connection, { jsonrpc: '2.0', id: message['id'], outcome: 'nobody knows' })
      break
    case 'cut-json': {
      const text = JSON.stringify(message)
      socket.end(text.slice(0, Math.ceil(text.length / 2)))
      break
    }
    case 'huge':
      write(connection, { jsonrpc: '2.0', id: message['id'], result: { text: hugeText() } })
      break
    case 'html':
      socket.write(HTML_PAGE)
      break
    case 'drip':
      drip(connection, JSON.stringify(message))
      break
    default:
      break
  }
}

/** Never gets to the end. */
function drip(connection: Connection, text: string): void {
  connection.heldUp = true
  let at = 0
  const timer = setInterval(() => {
    connection.socket.write(at < text.length - 1 ? (text[at] ?? ' ') : ' ')
    at += 1
  }, DRIP_MS)
  connection.ended.signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
