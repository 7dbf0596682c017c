import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { helpTexts } from '../captures.ts'
import type { FakeNode } from '../node/fake-node.ts'
import { dispatch } from '../rpc/dispatch.ts'
import { RpcError, UNKNOWN_METHOD } from '../rpc/rpc-error.ts'
import { asRpcError } from './socket-server.ts'
import { DRIP_MS, HTML_PAGE, hugeText, type WireFaults } from './wire-faults.ts'

const certificate = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'certificates', name), 'utf8')

const CREATED = 201
const FAILED = 500
/** HTTP status by code of the error; anything else is a failure of the command itself. */
const STATUSES: Readonly<Record<number, number>> = { 1501: 401, 1502: 401, 1503: 401, [UNKNOWN_METHOD]: 404 }
const MISSING_RUNE = 403
const WRONG_VERB = 405
const MAX_BODY_BYTES = 20_000_000

/** The clnrest plugin: HTTPS with a certificate of the node's own authority, a rune with each call. */
export class RestServer {
  calls = 0
  readonly ca = certificate('ca.pem')
  readonly #node: FakeNode
  readonly #faults: WireFaults
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  constructor(options: { node: FakeNode; faults: WireFaults }) {
    this.#node = options.node
    this.#faults = options.faults
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** Again at the same port, once it has one. */
  async listen(): Promise<void> {
    const server = createServer(
      { cert: certificate('server.pem'), key: certificate('server-key.pem') },
      (request, response) => {
        this.#serve(request, response).catch(() => response.destroy())
      },
    )
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on('tlsClientError', () => undefined)
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

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
    for (const socket of this.#sockets) socket.destroy()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls += 1
    const path = new URL(request.url ?? '/', 'https://node').pathname
    if (request.method === 'GET' && path === '/v1/list-methods') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(listMethods())
      return
    }
    const method = path.replace(/^\/v1\//, '')
    const body = await readBody(request)
    const fault = this.#faults.take(method)
    try {
      if (fault === 'limit') throw new RpcError(1502, 'Not permitted: Rate of 60 per minute exceeded')
      if (request.method !== 'POST')
        throw new RpcError(UNKNOWN_METHOD, 'Path invalid, http_method must be POST for CLN methods')
      const params = parseBody(body, request.headers['content-type'])
      const rune = request.headers['rune']
      this.#node.runes.check(typeof rune === 'string' ? rune : undefined, { method, params })
      const ended = new AbortController()
      response.once('close', () => ended.abort())
      const caller = { signal: ended.signal, tell: () => undefined }
      answer(response, CREATED, await dispatch(this.#node, method, params, caller), fault)
    } catch (error) {
      const { status, reply } = asReply(error, request.method)
      answer(response, status, reply, fault === 'limit' ? undefined : fault)
    }
  }
}

function asReply(error: unknown, verb: string | undefined): { status: number; reply: unknown } {
  if (error instanceof BodyError)
    return { status: FAILED, reply: { code: null, data: null, message: error.message } }
  const rpc = asRpcError(error)
  const reply = { code: rpc.code, data: rpc.data ?? null, message: rpc.message, ...rpc.beside }
  if (rpc.code === UNKNOWN_METHOD && verb !== 'POST') return { status: WRONG_VERB, reply }
  if (rpc.message === 'Not authorized: Missing rune') return { status: MISSING_RUNE, reply }
  if (/^rune: /.test(rpc.message)) return { status: 401, reply }
  return { status: STATUSES[rpc.code] ?? FAILED, reply }
}

class BodyError extends Error {}

function parseBody(body: string, type: string | undefined): unknown {
  if (body === '') return {}
  if (type?.startsWith('application/x-www-form-urlencoded') === true)
    return Object.fromEntries(new URLSearchParams(body))
  try {
    return JSON.parse(body)
  } catch {
    throw new BodyError(`Could not parse \`${body}\` JSON request: ${whyUnparsable(body)}`)
  }
}

/** In the words of the plugin's own parser. */
const whyUnparsable = (body: string): string =>
  /^\{\s*[^"}\s]/.test(body) ? 'key must be a string at line 1 column 2' : 'expected value at line 1 column 1'

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const listMethods = (): string =>
  helpTexts()
    .map((command) => `Command: ${command}\n`)
    .join('')

function answer(
  response: ServerResponse,
  status: number,
  reply: unknown,
  fault: ReturnType<WireFaults['take']>,
): void {
  const text = JSON.stringify(reply)
  const head = { 'content-type': 'application/json' }
  switch (fault) {
    case 'lose':
      response.socket?.destroy()
      break
    case 'garble':
      response.writeHead(status, head).end('{"outcome":"nobody knows"}')
      break
    case 'cut-json':
      response.writeHead(status, { ...head, 'content-length': text.length })
      response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy())
      break
    case 'huge':
      response.writeHead(status, head).end(JSON.stringify({ text: hugeText() }))
      break
    case 'html':
      response.writeHead(502, { 'content-type': 'text/html' }).end(HTML_PAGE)
      break
    case 'drip':
      drip(response, status, text)
      break
    case 'silence':
      break
    default:
      response.writeHead(status, { ...head, 'content-length': Buffer.byteLength(text) }).end(text)
  }
}

/** Never gets to the end. */
function drip(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  let at = 0
  const timer = setInterval(() => {
    response.write(at < text.length - 1 ? (text[at] ?? ' ') : ' ')
    at += 1
  }, DRIP_MS)
  response.on('close', () => clearInterval(timer))
}
