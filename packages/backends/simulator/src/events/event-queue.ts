import type { LightningEvent, LightningEventType } from '@lightning-mcp/core'

/** How many events a reader may be behind before it is told a `gap` instead. */
export const MAX_QUEUED_EVENTS = 1000

/** The events of one reader, in bounded memory: what does not fit is dropped and told as one `gap`. */
export class EventQueue {
  readonly #types: ReadonlySet<LightningEventType> | undefined
  #events: LightningEvent[] = []
  #wake: (() => void) | undefined
  #ended = false

  constructor(types?: readonly LightningEventType[]) {
    this.#types = types === undefined ? undefined : new Set(types)
  }

  push(event: LightningEvent): void {
    if (this.#ended) return
    if (event.type !== 'gap' && this.#types !== undefined && !this.#types.has(event.type)) return
    if (this.#events.length >= MAX_QUEUED_EVENTS) this.#events = [{ type: 'gap' }]
    else this.#events.push(event)
    this.#wake?.()
  }

  /** No further event; what is queued is dropped. */
  end(): void {
    this.#ended = true
    this.#events = []
    this.#wake?.()
  }

  /** Waits for the next event; `undefined` once ended. */
  async next(): Promise<LightningEvent | undefined> {
    while (this.#events.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#events.shift()
  }
}
