/** How many events wait for a reader that does not read. */
const CAPACITY = 1000

/** Between streams that push and a reader that pulls. When it is full, what waits is replaced by one word that says so. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #overflow: T
  #items: T[] = []
  #wake: (() => void) | undefined
  #ended = false
  #failure: { error: unknown } | undefined

  constructor(overflow: T) {
    this.#overflow = overflow
  }

  push(item: T): void {
    if (this.#ended) return
    if (this.#items.length >= CAPACITY) this.#items = [this.#overflow]
    else this.#items.push(item)
    this.#wake?.()
  }

  /** What was pushed before is still read; then the reader ends, or is told the error. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    if (error !== undefined) this.#failure = { error }
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) {
        yield item
        continue
      }
      if (this.#ended) {
        if (this.#failure !== undefined) throw this.#failure.error
        return
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
