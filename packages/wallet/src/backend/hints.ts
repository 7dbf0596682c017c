import { type LightningEvent, type PaymentHash, supports } from '@lightning-mcp/core'
import { type Clock, pause } from '../clock.ts'
import type { Connection } from './connection.ts'

/** Told which hash something may have happened to; `undefined`: any of them. */
export type HintListener = (paymentHash: PaymentHash | undefined) => void

const LONGEST_DELAY_MS = 30_000

/** One stream of the backend's events for all who wait, open only while somebody does. A hint moves a look forward, nothing else. */
export class Hints {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #listeners = new Set<HintListener>()
  #stream: AbortController | undefined

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
  }

  listen(listener: HintListener): () => void {
    this.#listeners.add(listener)
    if (this.#stream === undefined) {
      this.#stream = new AbortController()
      void this.#read(this.#stream.signal)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#stream?.abort()
      this.#stream = undefined
    }
  }

  stop(): void {
    this.#listeners.clear()
    this.#stream?.abort()
    this.#stream = undefined
  }

  async #read(signal: AbortSignal): Promise<void> {
    for (let delayMs = 500; !signal.aborted; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
      try {
        await this.#connection.ready(signal)
        if (!supports(this.#connection.capabilities, 'watch')) return
        for await (const event of this.#connection.declared.watch({ signal })) {
          delayMs = 500
          for (const listener of [...this.#listeners]) listener(hashOf(event))
        }
      } catch {
        // polling goes on without it
      }
      await pause(this.#clock, delayMs, signal)
    }
  }
}

function hashOf(event: LightningEvent): PaymentHash | undefined {
  if ('invoice' in event) return event.invoice.paymentHash
  if ('payment' in event) return event.payment.paymentHash
  return undefined
}
