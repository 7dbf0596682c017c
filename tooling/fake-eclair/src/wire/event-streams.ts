import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { JsonObject } from '../json.ts'
import type { EventHub, FrameSink } from './event-hub.ts'

interface Stream {
  readonly socket: WebSocket
  readonly sink: FrameSink
  silence: NodeJS.Timeout
}

/** `GET /ws`. TRAP: a socket on which nothing moves is dropped, without a close frame. */
export class EventStreams {
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  readonly #streams = new Set<Stream>()
  readonly #waiting: (() => void)[] = []
  readonly #hub: EventHub
  readonly #silenceMs: number

  constructor(hub: EventHub, silenceMs: number) {
    this.#hub = hub
    this.#silenceMs = silenceMs
  }

  get count(): number {
    return this.#streams.size
  }

  /** Events that a slow reader was not told. */
  get dropped(): number {
    return this.#hub.dropped
  }

  accept(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (request.url !== '/ws') {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#add(opened))
  }

  /** Tells an event as the node does. */
  publish(event: JsonObject): void {
    this.#hub.publish(event)
  }

  /** A client opens its stream in its own time. */
  async untilOpen(): Promise<void> {
    while (this.#streams.size === 0) await new Promise<void>((wake) => this.#waiting.push(wake))
  }

  /** Drops every stream as after 61 s of silence. */
  drop(): void {
    for (const { socket } of this.#streams) socket.terminate()
  }

  /** Waits for a stream, then drops it. */
  async dropWhenOpen(): Promise<void> {
    await this.untilOpen()
    this.drop()
  }

  /** Sends a frame past the hub once there is a stream, and waits until it has left. */
  async tellWhenOpen(event: JsonObject): Promise<void> {
    await this.untilOpen()
    const frame = JSON.stringify(event)
    await Promise.all(
      [...this.#streams].map(({ socket }) => new Promise<void>((sent) => socket.send(frame, () => sent()))),
    )
  }

  close(): void {
    this.drop()
    this.#server.close()
  }

  #add(socket: WebSocket): void {
    const drop = (): NodeJS.Timeout => {
      const timer = setTimeout(() => socket.terminate(), this.#silenceMs)
      timer.unref()
      return timer
    }
    const stream: Stream = {
      socket,
      silence: drop(),
      sink: {
        send: (frame, sent) => {
          moved()
          socket.send(frame, () => sent())
        },
      },
    }
    const moved = (): void => {
      clearTimeout(stream.silence)
      stream.silence = drop()
    }
    this.#streams.add(stream)
    for (const wake of this.#waiting.splice(0)) wake()
    this.#hub.add(stream.sink)
    socket.on('message', moved)
    socket.on('ping', moved)
    socket.on('pong', moved)
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(stream.silence)
      this.#streams.delete(stream)
      this.#hub.remove(stream.sink)
    })
  }
}
