import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { capturedAnswer } from '../captures.ts'
import type { Json } from '../json.ts'
import { Refusal, unknownResource } from './refusal.ts'
import { sendSpoilt, type WireFaults } from './wire-faults.ts'

const FORM_TYPE = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i
const NEEDS_A_FORM = (capturedAnswer('json-body') as { error: string }).error
const NO_PASSWORD = (capturedAnswer('auth-missing') as { error: string }).error
const WRONG_PASSWORD = (capturedAnswer('auth-wrong') as { error: string }).error
const CHALLENGE = 'Basic realm="Access restricted",charset=UTF-8'
const LARGEST_FORM_BYTES = 1_000_000

export interface HttpServerOptions {
  password: string
  /** Answers one method; `undefined`: there is no such method. */
  call(method: string, form: string): Promise<Json> | undefined
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
  faults: WireFaults
  /** TRAP: what a wrong password costs. */
  wrongPasswordDelayMs: number
  tls?: { key: string; cert: string } | undefined
}

/** The HTTP side of an Eclair: forms in, JSON out, one password, and the faults of the way between. */
export class HttpServer {
  calls = 0
  readonly #options: HttpServerOptions
  readonly #http: Server
  readonly #front: TcpServer
  readonly #sockets = new Set<Socket>()
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#http = createServer((request, response) => void this.#serve(request, response))
    this.#http.keepAliveTimeout = 60_000
    this.#http.on('upgrade', (request, socket, head) => {
      this.calls += 1
      if (this.#refuse(request, (status, text) => endUpgrade(socket as Socket, status, text))) return
      options.upgrade(request, socket as Socket, head)
    })
    const accept = (socket: Socket): void => this.#accept(socket)
    this.#front = options.tls === undefined ? createTcpServer(accept) : createTlsServer(options.tls, accept)
  }

  get port(): number {
    return (this.#front.address() as AddressInfo).port
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#front.once('error', reject)
      this.#front.listen(port, '127.0.0.1', resolve)
    })
  }

  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    const closed = new Promise<void>((resolve) => {
      this.#front.close(() => resolve())
    })
    this.cutConnections()
    await closed
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {})
    const { faults } = this.#options
    if (faults.refusing) {
      faults.attempts.push(performance.now())
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.setNoDelay(true)
    this.#http.emit('connection', socket)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls += 1
    const { faults } = this.#options
    const method = /^\/([a-z]+)$/.exec(request.url ?? '')?.[1] ?? ''
    const body = await readBody(request)
    if (this.#refuse(request, (status, text) => sendError(response, status, text))) return
    const spoiling = faults.take(method)
    if (spoiling === 'too-many-requests') return sendSpoilt(response, spoiling, 429, '')
    const { status, json } = await this.#answer(request, method, body)
    if (response.destroyed) return
    const text = JSON.stringify(json)
    if (spoiling !== undefined) return sendSpoilt(response, spoiling, status, text)
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text)
  }

  async #answer(
    request: IncomingMessage,
    method: string,
    body: string | undefined,
  ): Promise<{ status: number; json: Json }> {
    try {
      if (request.method !== 'POST') throw unknownResource()
      if (body === undefined) throw new Refusal(413, 'the form is too large')
      // a request without a body has no type, and is an empty form
      const type = request.headers['content-type']
      if (type !== undefined && !FORM_TYPE.test(type)) throw new Refusal(415, NEEDS_A_FORM)
      const answer = this.#options.call(method, body)
      if (answer === undefined) throw unknownResource()
      return { status: 200, json: await answer }
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, json: { error: error.message } }
      return { status: 500, json: { error: error instanceof Error ? error.message : String(error) } }
    }
  }

  /** Whether the password is wrong or missing; then it has been, or will be, said so. */
  #refuse(request: IncomingMessage, refuse: (status: number, text: string) => void): boolean {
    const { password, wrongPasswordDelayMs } = this.#options
    const given = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const text = given === undefined ? undefined : Buffer.from(given, 'base64').toString('utf8')
    // the user's name is not looked at
    if (text !== undefined && text.slice(text.indexOf(':') + 1) === password) return false
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      refuse(401, text === undefined ? NO_PASSWORD : WRONG_PASSWORD)
    }, wrongPasswordDelayMs)
    this.#timers.add(timer)
    return true
  }
}

function sendError(response: ServerResponse, status: number, error: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(status === 401 ? { 'www-authenticate': CHALLENGE } : {}),
    })
    .end(JSON.stringify({ error }))
}

function endUpgrade(socket: Socket, status: number, error: string): void {
  const body = JSON.stringify({ error })
  socket.end(
    `HTTP/1.1 ${status} Unauthorized\r\nWWW-Authenticate: ${CHALLENGE}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** The form's text; `undefined`: larger than any form is. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length
      if (bytes > LARGEST_FORM_BYTES) return undefined
      chunks.push(chunk as Buffer)
    }
  } catch {
    // the client has gone in the middle of its request: what there is is no form
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}
