import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { LightningError } from '@lightning-mcp/core'
import { EclairFault, mapEclairError } from './errors.ts'
import { parseExactJson } from './exact-json.ts'
import type { EclairConnection } from './options.ts'

/** For calls that a healthy node answers at once. Eclair itself gives up after 30 seconds. */
const CALL_TIMEOUT_MS = 35_000
const CONNECT_TIMEOUT_MS = 10_000
/** The longest true answers (a graph, hundreds of channels) stay below it. */
const MAX_REPLY_BYTES = 10 * 1024 * 1024
const MAX_SOCKETS = 64
/** Eclair closes idle connections after 60 seconds: ours end before, so that none is used while it is being closed. */
const IDLE_MS = 45_000

/** Calls that change nothing. */
const READING =
  /^(get(info|sentinfo|receivedinfo|invoice)|list|audit|usable|onchain|channel|closed|peers|node|find|parse|verify|relay)/

/** A form field that is undefined is left out. */
export type Form = Readonly<Record<string, string | number | bigint | boolean | undefined>>

export interface CallSettings {
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

/** One way to one Eclair. */
export interface Wire {
  connection: EclairConnection
  agent: HttpAgent | HttpsAgent
  authorization: string
}

/** Looks at who answers after a connection was lost. */
type CheckNode = (getInfo: () => Promise<unknown>) => Promise<void>

/** The wire to one Eclair: form posts over connections that are kept open. Knows HTTP, and nothing of Lightning. */
export class EclairClient {
  readonly #load: () => Promise<EclairConnection>
  readonly #check: CheckNode
  readonly #ended = new AbortController()
  #opening: Promise<void> | undefined
  #current: Wire | undefined
  /** Connections that ended, whoever ended them: what follows may reach another node. */
  #losses = 0
  #breaks = 0
  readonly #followed = new WeakSet<Socket>()
  readonly #lost = new WeakSet<Socket>()
  #checkedLosses = 0
  #checking: Promise<void> | undefined

  /** `load` is asked when the first connection is made, and again by {@link renew}. */
  constructor(load: () => Promise<EclairConnection>, check: CheckNode) {
    this.#load = load
    this.#check = check
  }

  /** How many connections broke without our doing: a payment under way reads from it that something happened to Eclair. */
  get breaks(): number {
    return this.#breaks
  }

  /** Reads the files of the options anew. What is under way goes on as it was. */
  async renew(): Promise<void> {
    this.#refuseClosed()
    const connection = await this.#load()
    this.#refuseClosed()
    const before = this.#current?.connection
    const same =
      before !== undefined &&
      before.url.href === connection.url.href &&
      before.password.reveal() === connection.password.reveal() &&
      before.certificate === connection.certificate
    if (!same) this.#current = createWire(connection)
  }

  /** What the event socket is opened with. */
  async wire(): Promise<Wire> {
    if (this.#current === undefined) {
      this.#opening ??= this.renew().finally(() => {
        this.#opening = undefined
      })
      await this.#opening
    }
    this.#refuseClosed()
    return this.#current!
  }

  #refuseClosed(): void {
    if (!this.#ended.signal.aborted) return
    throw new LightningError({
      code: 'unavailable',
      message: 'this connection to Eclair was closed',
      hint: 'Make a new backend.',
      retry: 'never',
    })
  }

  /**
   * One call, one answer: the JSON of a reply with status 200. Rejects with the signal's reason, or with
   * an error of core's; `sent: 'no'` only where Eclair has not seen the request or refuses it before it acts.
   */
  async call(method: string, form: Form = {}, settings: CallSettings = {}): Promise<unknown> {
    try {
      await this.sameNode(settings.signal)
      return await this.post(method, form, settings).catch((error: unknown) => {
        // a connection that was kept open had been closed by the other side: reading again harms nobody
        if (!READING.test(method) || !(error instanceof EclairFault) || error.kind !== 'lost') throw error
        return this.#readAgain(method, form, settings)
      })
    } catch (error) {
      settings.signal?.throwIfAborted()
      throw mapEclairError(error)
    }
  }

  async #readAgain(method: string, form: Form, settings: CallSettings): Promise<unknown> {
    await this.sameNode(settings.signal)
    return this.post(method, form, settings)
  }

  /** Rejects if a connection was lost since the last look and another node answers now. */
  async sameNode(signal: AbortSignal | undefined): Promise<void> {
    if (this.#losses === this.#checkedLosses) return
    signal?.throwIfAborted()
    this.#checking ??= this.#checkNode().finally(() => {
      this.#checking = undefined
    })
    await this.#checking
  }

  async #checkNode(): Promise<void> {
    const seen = this.#losses
    await this.#check(() => this.post('getinfo', {}, { timeoutMs: CONNECT_TIMEOUT_MS }))
    this.#checkedLosses = seen
  }

  /** As {@link call}, with {@link EclairFault}s as they are and no look at who answers: for requests whose faults need judging. */
  async post(method: string, form: Form, settings: CallSettings = {}): Promise<unknown> {
    const wire = await this.wire()
    const { status, body } = await this.#exchange(wire, method, encodeForm(form), settings)
    let json: unknown
    try {
      json = parseExactJson(body)
    } catch {
      throw new EclairFault({ kind: status === 200 ? 'unreadable' : 'refused', status, sent: true })
    }
    if (status === 200) return json
    // the password may have been changed: the next call reads it anew
    if (status === 401 && this.#current === wire) this.#current = undefined
    const words = (json as { error?: unknown } | null)?.error
    throw new EclairFault({
      kind: 'refused',
      status,
      ...(typeof words === 'string' ? { text: words, secrets: secretsOf(wire) } : {}),
      sent: true,
    })
  }

  #exchange(
    wire: Wire,
    method: string,
    body: string,
    { signal, timeoutMs = CALL_TIMEOUT_MS }: CallSettings,
  ): Promise<{ status: number; body: string }> {
    const { url } = wire.connection
    const secure = url.protocol === 'https:'
    return new Promise((resolve, reject) => {
      /** Whether a connection was there, so that bytes of the request may have left. */
      let sent = false
      let ended = false
      const end = (act: () => void): void => {
        if (ended) return
        ended = true
        clearTimeout(timer)
        clearTimeout(connecting)
        signal?.removeEventListener('abort', abort)
        this.#ended.signal.removeEventListener('abort', abort)
        act()
      }
      const fail = (fault: ConstructorParameters<typeof EclairFault>[0]): void =>
        end(() => {
          if (request.socket !== null) this.#lose(request.socket, fault.kind === 'lost')
          // with its socket: nothing more of the request can reach Eclair
          request.destroy()
          reject(new EclairFault(fault))
        })
      const abort = (): void => fail({ kind: 'aborted', sent })
      const send = secure ? httpsRequest : httpRequest
      const request = send(
        {
          hostname: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
          path: `${url.pathname === '/' ? '' : url.pathname}/${method}`,
          method: 'POST',
          agent: wire.agent,
          headers: {
            authorization: wire.authorization,
            accept: 'application/json',
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > MAX_REPLY_BYTES) fail({ kind: 'too-long', sent: true })
            else chunks.push(chunk)
          })
          response.on('end', () => {
            if (!response.complete) return fail({ kind: 'lost', sent: true })
            end(() =>
              resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
            )
          })
          response.on('error', (cause) => fail({ kind: 'lost', sent: true, cause }))
          response.on('aborted', () => fail({ kind: 'lost', sent: true }))
        },
      )
      const timer = setTimeout(() => fail({ kind: sent ? 'timeout' : 'unreachable', sent }), timeoutMs)
      const connecting = setTimeout(() => {
        if (!sent) fail({ kind: 'unreachable', sent })
      }, CONNECT_TIMEOUT_MS)
      request.on('socket', (socket) => {
        this.#follow(socket)
        if (!socket.connecting) {
          sent = true
          return
        }
        // over TLS nothing of the request goes out before both sides have agreed on keys
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          sent = true
        })
      })
      request.on('error', (cause: NodeJS.ErrnoException) =>
        fail({ kind: sent ? 'lost' : 'unreachable', sent, cause }),
      )
      // a reused connection that the other side has closed meanwhile ends without an error
      request.on('close', () => fail({ kind: sent ? 'lost' : 'unreachable', sent }))
      signal?.addEventListener('abort', abort, { once: true })
      this.#ended.signal.addEventListener('abort', abort, { once: true })
      if (signal?.aborted || this.#ended.signal.aborted) abort()
      else request.end(body)
    })
  }

  #follow(socket: Socket): void {
    if (this.#followed.has(socket)) return
    this.#followed.add(socket)
    socket.once('close', () => this.#lose(socket, true))
  }

  /** Once for each: an error is told before the end of its connection. */
  #lose(socket: Socket, broken: boolean): void {
    if (this.#lost.has(socket)) return
    this.#lost.add(socket)
    this.#losses++
    if (broken) this.#breaks++
  }

  close(): void {
    this.#ended.abort()
    this.#current?.agent.destroy()
  }
}

function encodeForm(form: Form): string {
  const encoded = new URLSearchParams()
  for (const [name, value] of Object.entries(form))
    if (value !== undefined) encoded.append(name, String(value))
  return encoded.toString()
}

function createWire(connection: EclairConnection): Wire {
  const { url, certificate, password } = connection
  const settings = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS, timeout: IDLE_MS }
  return {
    connection,
    agent:
      url.protocol === 'https:'
        ? new HttpsAgent({
            ...settings,
            // whatever the environment says: the password goes to Eclair alone
            rejectUnauthorized: true,
            ...(certificate === undefined ? {} : { ca: certificate }),
          })
        : new HttpAgent(settings),
    authorization: `Basic ${Buffer.from(`:${password.reveal()}`).toString('base64')}`,
  }
}

const secretsOf = ({ authorization, connection }: Wire): readonly string[] => [
  authorization.slice('Basic '.length),
  connection.password.reveal(),
]
