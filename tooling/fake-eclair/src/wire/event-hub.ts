import type { JsonObject } from '../json.ts'

/** TRAP: so many events wait for a slow reader; the next ones are dropped. */
const BUFFERED_EVENTS = 10

/** What the hub needs of a websocket. */
export interface FrameSink {
  send(frame: string, sent: () => void): void
}

/** One websocket's place in the hub. */
class Subscription {
  readonly #sink: FrameSink
  readonly #waiting: string[] = []
  readonly #onDrop: () => void
  #busy = false

  constructor(sink: FrameSink, onDrop: () => void) {
    this.#sink = sink
    this.#onDrop = onDrop
  }

  offer(frame: string): void {
    if (!this.#busy) this.#send(frame)
    else if (this.#waiting.length < BUFFERED_EVENTS) this.#waiting.push(frame)
    else this.#onDrop()
  }

  #send(frame: string): void {
    this.#busy = true
    this.#sink.send(frame, () => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#busy = false
      else this.#send(next)
    })
  }
}

/** Tells every websocket what happened. Nothing is kept for those that come later. */
export class EventHub {
  readonly #subscriptions = new Map<FrameSink, Subscription>()
  /** Events that some websocket was not told. */
  dropped = 0

  add(sink: FrameSink): void {
    this.#subscriptions.set(
      sink,
      new Subscription(sink, () => {
        this.dropped += 1
      }),
    )
  }

  remove(sink: FrameSink): void {
    this.#subscriptions.delete(sink)
  }

  publish(event: JsonObject): void {
    if (this.#subscriptions.size === 0) return
    const frame = JSON.stringify(event)
    for (const subscription of this.#subscriptions.values()) subscription.offer(frame)
  }
}
