import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LightningEvent, Payment } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { EclairClient } from '../src/client.ts'
import { readFrame, type WatchOptions, watchEvents } from '../src/events.ts'
import { checkOptions, loadConnection } from '../src/options.ts'
import { toInvoice } from '../src/to-core.ts'
import { answered, frames } from './support/captures.ts'

const received = answered<{ invoice: { paymentHash: string } }>('getreceivedinfo-received')
const hash = received.invoice.paymentHash

/** Answers `audit` and opens event sockets as long as it may. */
class EventServer {
  readonly sockets = new WebSocketServer({ noServer: true })
  readonly #http: Server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(this.audit()))
  })
  /** Another status than an upgrade, where it is set. */
  refusal: string | undefined
  refused = (): void => {}
  audit = (): unknown => ({ sent: [], received: [], relayed: [] })

  async start(): Promise<string> {
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.refusal !== undefined) {
        socket.end(`HTTP/1.1 ${this.refusal}\r\nContent-Length: 0\r\n\r\n`)
        this.refused()
      } else
        this.sockets.handleUpgrade(request, socket, head, (opened) => this.sockets.emit('connection', opened))
    })
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  async opened(): Promise<WebSocket> {
    const [socket] = await once(this.sockets, 'connection')
    return socket as WebSocket
  }

  stop(): void {
    for (const socket of this.sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    this.#http.close()
  }
}

let server: EventServer
let client: EclairClient
let ended: AbortController

beforeEach(async () => {
  server = new EventServer()
  const url = await server.start()
  const options = checkOptions({ url, password: 'x' })
  client = new EclairClient(
    () => loadConnection(options),
    async () => {},
  )
  ended = new AbortController()
})

afterEach(() => {
  ended.abort()
  client.close()
  server.stop()
})

const watch = (more: Partial<WatchOptions> = {}): AsyncGenerator<LightningEvent> =>
  watchEvents({
    client,
    lookupInvoice: async () => toInvoice(received),
    lookupPayment: async (paymentHash) => ({ paymentHash, status: 'settled', backendId: 'one' }) as Payment,
    types: undefined,
    signal: ended.signal,
    ...more,
  })

const next = async (stream: AsyncGenerator<LightningEvent>): Promise<LightningEvent> => {
  const { value, done } = await stream.next()
  return done === true ? expect.fail('the stream has ended') : value
}

describe('frames', () => {
  test.each(['websocket-payments-ecl-a', 'websocket-payments-ecl-c', 'websocket-events-ecl-a'])(
    'are read as captured: %s',
    (name) => {
      const hints = frames(name).flatMap((frame) => readFrame(frame) ?? [])
      const told = hints.map((hint) => (hint.kind === 'told' ? hint.event.type : hint.kind))
      expect(told).toMatchSnapshot()
    },
  )

  test.each([undefined, null, 1, {}, { type: 'payment-sent' }, { type: 'payment-sent', paymentHash: 'x' }])(
    'that say nothing are passed over: %j',
    (frame) => expect(readFrame(frame)).toBeUndefined(),
  )
})

describe('the stream', () => {
  test('tells what a look-up shows, once', async () => {
    const stream = watch()
    const first = next(stream)
    const socket = await server.opened()
    const frame = JSON.stringify({ type: 'payment-received', paymentHash: hash, parts: [] })
    for (let times = 0; times < 2; times++) socket.send(frame)
    socket.send('{"type":')
    socket.send(JSON.stringify({ type: 'payment-sent', paymentHash: 'cd'.repeat(32) }))
    expect(await first).toMatchObject({ type: 'invoice-settled', invoice: { status: 'settled' } })
    expect(await next(stream)).toMatchObject({ type: 'payment-settled' })
  })

  test('tells nothing of what no look-up bears out', async () => {
    const open = toInvoice(answered('getreceivedinfo-pending'))
    const stream = watch({ lookupInvoice: async () => open })
    const first = next(stream)
    const socket = await server.opened()
    socket.send(JSON.stringify({ type: 'payment-received', paymentHash: hash }))
    socket.send(JSON.stringify({ type: 'channel-ready', channelId: 'ab'.repeat(32) }))
    expect(await first).toEqual({ type: 'channel-opened', channelId: 'ab'.repeat(32) })
  })

  test('says that there is a gap where the look-up fails', async () => {
    const stream = watch({
      lookupInvoice: async () => {
        throw new Error('away')
      },
    })
    const first = next(stream)
    const socket = await server.opened()
    socket.send(JSON.stringify({ type: 'payment-received', paymentHash: hash }))
    expect(await first).toEqual({ type: 'gap' })
  })

  test('looks nothing up that nobody asked for', async () => {
    const stream = watch({
      types: new Set(['payment-settled'] as const),
      lookupInvoice: () => expect.fail('it was looked up'),
    })
    const first = next(stream)
    const socket = await server.opened()
    socket.send(JSON.stringify({ type: 'payment-received', paymentHash: hash }))
    socket.send(JSON.stringify({ type: 'payment-sent', paymentHash: 'cd'.repeat(32) }))
    expect((await first).type).toBe('payment-settled')
  })

  test('finds what was settled before its socket was open', async () => {
    let asked = 0
    // the first answer is what was settled before the watch
    server.audit = () => ({ sent: [], received: asked++ === 0 ? [] : [{ paymentHash: hash }], relayed: [] })
    expect(await next(watch())).toMatchObject({ type: 'invoice-settled' })
  })

  test('does not tell what was settled before it began', async () => {
    server.audit = () => ({ sent: [], received: [{ paymentHash: hash }], relayed: [] })
    const stream = watch()
    const first = next(stream)
    const socket = await server.opened()
    socket.send(JSON.stringify({ type: 'channel-ready', channelId: 'ab'.repeat(32) }))
    expect((await first).type).toBe('channel-opened')
  })

  test('comes back with a gap', async () => {
    const first = next(watch())
    const socket = await server.opened()
    socket.terminate()
    await server.opened()
    expect(await first).toEqual({ type: 'gap' })
  })

  test('pings, so that Eclair does not drop it', async () => {
    const stream = watch({ pingMs: 10 })
    void stream.next().catch(() => {})
    const socket = await server.opened()
    await once(socket, 'ping')
    await once(socket, 'ping')
    expect(socket.readyState).toBe(socket.OPEN)
  })

  test('gives up a socket on which nothing is answered any more', async () => {
    const first = next(watch({ pingMs: 10 }))
    const socket = await server.opened()
    // the ws library answers pings by itself until its socket is paused
    await once(socket, 'ping')
    await once(socket, 'ping')
    socket.pause()
    await server.opened()
    expect(await first).toEqual({ type: 'gap' })
  })

  test.each([
    { refusal: '401 Unauthorized', code: 'unauthenticated' },
    { refusal: '403 Forbidden', code: 'permission_denied' },
    { refusal: '404 Not Found', code: 'unsupported' },
  ])('ends with $code after $refusal', async ({ refusal, code }) => {
    server.refusal = refusal
    await expect(watch().next()).rejects.toMatchObject({ code })
  })

  test('tries again after any other answer', async () => {
    server.refusal = '503 Service Unavailable'
    server.refused = () => {
      server.refusal = undefined
    }
    expect(await next(watch())).toEqual({ type: 'gap' })
  })

  test('ends with its caller', async () => {
    const stream = watch()
    const first = stream.next()
    await server.opened()
    ended.abort()
    expect((await first).done).toBe(true)
  })
})
