import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { capturedAnswer } from '../captures.ts'

const ASK_TIMED_OUT = capturedAnswer<{ error: string }>('createinvoice-preimage-again').error

/** What becomes of the next matching answer. */
export type Spoiling =
  | 'lost'
  | 'garbled'
  | 'cut-json'
  | 'too-long'
  | 'slow-drip'
  | 'html'
  | 'too-many-requests'
  | 'empty-list'
  | 'not-eclair'
  | 'error'
  | 'silence'

/** Methods that cost money. */
const SPENDING: ReadonlySet<string> = new Set([
  'payinvoice',
  'payoffer',
  'sendtonode',
  'open',
  'close',
  'forceclose',
  'sendonchain',
  'splicein',
  'spliceout',
])
const PAYING: ReadonlySet<string> = new Set(['payinvoice', 'payoffer', 'sendtonode'])
const DRIP_BYTES = 16
const DRIP_PAUSE_MS = 20
const TEN_MEGABYTES = 10 * 1024 * 1024

interface Order {
  spoiling: Spoiling
  matches: (method: string) => boolean
}

/** Faults between client and node, each acting once, on the next call that it concerns. */
export class WireFaults {
  readonly #orders: Order[] = []
  /** Connections are taken and closed at once. */
  refusing = false
  /** When a connection was tried while refusing, in ms of a steady clock. */
  readonly attempts: number[] = []

  /** The next spending call is carried out and its connection cut before the answer. */
  loseReply(): void {
    this.spoilNext('lost', (method) => SPENDING.has(method))
  }

  /** The next payment is carried out and its answer is no JSON. */
  garbleReply(): void {
    this.spoilNext('garbled', (method) => PAYING.has(method))
  }

  /** The next payment is carried out and answered with an error, as when an actor does not reply in time. */
  failReply(): void {
    this.spoilNext('error', (method) => PAYING.has(method))
  }

  /** The next `getsentinfo` finds nothing. */
  hidePaymentOnce(): void {
    this.spoilNext('empty-list', (method) => method === 'getsentinfo')
  }

  /** The next call is refused by a proxy in front of the node. */
  limitRate(): void {
    this.spoilNext('too-many-requests')
  }

  spoilNext(spoiling: Spoiling, matches: (method: string) => boolean = () => true): void {
    this.#orders.push({ spoiling, matches })
  }

  take(method: string): Spoiling | undefined {
    const index = this.#orders.findIndex(({ matches }) => matches(method))
    return index < 0 ? undefined : this.#orders.splice(index, 1)[0]?.spoiling
  }
}

/** Sends a spoilt answer in place of the true one. */
export function sendSpoilt(response: ServerResponse, spoiling: Spoiling, status: number, body: string): void {
  const json = { 'content-type': 'application/json' }
  switch (spoiling) {
    case 'lost':
      ;(response.socket as Socket).destroy()
      return
    case 'garbled':
      response.writeHead(200, json).end('{"type":')
      return
    case 'cut-json':
      response.writeHead(status, json).end(body.slice(0, Math.ceil(body.length / 2)))
      return
    case 'too-long':
      response.writeHead(status, json).end(`["${'x'.repeat(TEN_MEGABYTES)}"]`)
      return
    case 'slow-drip':
      drip(response, status, body)
      return
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><html><body><h1>It works!</h1></body></html>')
      return
    case 'too-many-requests':
      response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '1' }).end('Too Many Requests')
      return
    case 'empty-list':
      response.writeHead(200, json).end('[]')
      return
    case 'not-eclair':
      response.writeHead(200, json).end('{"jsonrpc":"2.0","result":{}}')
      return
    case 'error':
      // what was asked for is under way by then
      setImmediate(() => response.writeHead(500, json).end(JSON.stringify({ error: ASK_TIMED_OUT })))
      return
    case 'silence':
      return
  }
}

/** A few bytes at a time, and never the last ones. */
function drip(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body) + 1,
  })
  let at = 0
  const timer = setInterval(() => {
    if (at < body.length) response.write(body.slice(at, at + DRIP_BYTES))
    at += DRIP_BYTES
  }, DRIP_PAUSE_MS)
  response.on('close', () => clearInterval(timer))
}
