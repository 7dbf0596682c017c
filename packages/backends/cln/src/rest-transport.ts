import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { encodeExact, parseExact } from './exact-json.ts'
import type { RestConnection } from './options.ts'
import {
  type CallSettings,
  MAX_REPLY_BYTES,
  type Params,
  RpcFault,
  type Transport,
  WireFault,
  type WireReason,
} from './transport.ts'

/** Idle connections are closed by themselves before a server or a firewall does it unseen. */
const IDLE_MS = 30_000

interface Http {
  agent: import('node:http').Agent
  request(url: URL, options: RequestOptions): ClientRequest
  rune: string
}

/** clnrest: one POST per call, over connections that are kept. */
export class RestTransport implements Transport {
  readonly #load: () => Promise<RestConnection>
  #http: Promise<Http> | undefined
  #base: URL | undefined
  #connected = false
  #closed = false
  readonly #underWay = new Set<ClientRequest>()

  /** `load` is asked anew after a connection could not be made. */
  constructor(load: () => Promise<RestConnection>) {
    this.#load = load
  }

  get connected(): boolean {
    return this.#connected
  }

  another(): RestTransport {
    return new RestTransport(this.#load)
  }

  async #open(): Promise<Http> {
    const { url, rune, ca } = await this.#load()
    this.#base = url
    const secure = url.protocol === 'https:'
    const library = secure ? await import('node:https') : await import('node:http')
    const agent = new library.Agent({
      keepAlive: true,
      timeout: IDLE_MS,
      // whatever the environment says: the rune goes to the node alone
      ...(secure ? { rejectUnauthorized: true } : {}),
      ...(secure && ca !== undefined ? { ca } : {}),
    })
    return { agent, request: (target, options) => library.request(target, options), rune: rune.reveal() }
  }

  async call(method: string, params: Params, settings: CallSettings): Promise<unknown> {
    const { signal, timeoutMs, established } = settings
    signal?.throwIfAborted()
    const body = Buffer.from(encodeExact(params))
    if (this.#closed) throw new WireFault('closed', false)
    if (established === true && !this.#connected) throw new WireFault('lost', false)
    this.#http ??= this.#open()
    const opening = this.#http
    const http = await opening.catch((error: unknown) => {
      if (this.#http === opening) this.#http = undefined
      throw error
    })
    if (this.#closed) {
      http.agent.destroy()
      throw new WireFault('closed', false)
    }
    try {
      const result = await this.#post(http, method, body, signal, timeoutMs)
      this.#connected = true
      return result
    } catch (error) {
      if (error instanceof RpcFault) this.#connected = true
      else if (error instanceof WireFault) this.#forget(opening, http)
      throw error
    }
  }

  /** What is read from files may have changed. */
  #forget(opening: Promise<Http>, http: Http): void {
    this.#connected = false
    if (this.#http !== opening) return
    this.#http = undefined
    // requests under way keep their sockets; idle ones are of no use any more
    for (const sockets of Object.values(http.agent.freeSockets))
      for (const socket of sockets ?? []) socket.destroy()
  }

  #post(
    http: Http,
    method: string,
    body: Buffer,
    signal: AbortSignal | undefined,
    timeoutMs: number,
  ): Promise<unknown> {
    const url = new URL(`${this.#base?.pathname.replace(/\/+$/, '') ?? ''}/v1/${method}`, this.#base)
    return new Promise((resolve, reject) => {
      const request = http.request(url, {
        method: 'POST',
        agent: http.agent,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': body.length,
          Rune: http.rune,
        },
      })
      this.#underWay.add(request)
      let sent = false
      const done = (): void => {
        clearTimeout(patience)
        signal?.removeEventListener('abort', abort)
        this.#underWay.delete(request)
      }
      const fail = (error: unknown): void => {
        done()
        request.destroy()
        reject(error)
      }
      const abort = (): void => fail(signal?.reason)
      const patience = setTimeout(() => fail(new WireFault('timeout', sent)), timeoutMs)
      signal?.addEventListener('abort', abort, { once: true })
      request.on('socket', (socket) => {
        // written to a socket that was connected before, or as soon as this one is
        if (request.reusedSocket) {
          // what is below was done when it was new
          sent = true
          return
        }
        // a long poll that nobody answers any more is noticed
        socket.setKeepAlive(true, IDLE_MS)
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          sent = true
        })
        socket.once('close', () => {
          this.#connected = false
        })
      })
      request.on('error', (error: NodeJS.ErrnoException) => {
        const reason = this.#closed ? 'closed' : sent ? 'lost' : connectReason(error)
        fail(new WireFault(reason, sent, withoutSecrets(error)))
      })
      request.on('response', (response) => {
        readBody(response).then((text) => {
          done()
          try {
            resolve(readAnswer(response, text))
          } catch (error) {
            reject(error)
          }
        }, fail)
      })
      request.end(body)
    })
  }

  close(): void {
    this.#closed = true
    for (const request of [...this.#underWay]) request.destroy(new WireFault('closed', true))
    this.#http?.then(({ agent }) => agent.destroy()).catch(() => {})
  }
}

/** A certificate error may carry the certificate, and nothing of it is needed. */
const withoutSecrets = ({ code, syscall }: NodeJS.ErrnoException): { code?: string; syscall?: string } => ({
  ...(code === undefined ? {} : { code }),
  ...(syscall === undefined ? {} : { syscall }),
})

function connectReason({ code = '', message }: NodeJS.ErrnoException): WireReason {
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unresolved'
  // https://nodejs.org/api/tls.html#x509-certificate-error-codes
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code) || /certificate|altnames/i.test(message))
    return 'certificate'
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || /wrong version number/i.test(message))
    return 'not-tls'
  return 'unreachable'
}

function readBody(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let received = 0
    response.on('data', (chunk: Buffer) => {
      received += chunk.length
      chunks.push(chunk)
      if (received > MAX_REPLY_BYTES) reject(new WireFault('too-large', true))
    })
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    response.on('aborted', () => reject(new WireFault('cut', true)))
    response.on('error', () => reject(new WireFault('cut', true)))
  })
}

/** 201 with the result; else an error object, captured as rest-*.json. */
function readAnswer({ statusCode = 0, headers }: IncomingMessage, text: string): unknown {
  const isJson = /\bjson\b/.test(headers['content-type'] ?? '')
  // a proxy has the request: whether it passed it on is its affair
  if (statusCode === 429) throw new WireFault('rate-limited', true)
  let body: unknown
  try {
    body = parseExact(text)
  } catch {
    throw new WireFault(statusCode >= 502 ? 'gateway' : isJson ? 'not-json' : 'not-cln', true)
  }
  if (statusCode === 200 || statusCode === 201) return body
  if (typeof body !== 'object' || body === null) throw new WireFault('not-cln', true)
  const { code, message, data } = body as { code?: unknown; message?: unknown; data?: unknown }
  if (typeof code !== 'number' && code !== null)
    throw new WireFault(statusCode >= 502 ? 'gateway' : 'not-cln', true)
  throw new RpcFault(code ?? 0, typeof message === 'string' ? message : '', data ?? undefined, statusCode)
}
