/** How many events wait for a reader that does not read. */
export const CAPACITY = 1000

/** Events on their way to one reader. When too many wait, one word that says so takes their place. */
export class Outbox<T> {
  readonly #lost: T
  #waiting: T[] = []
  #over: { error?: unknown } | undefined
  #told = Promise.withResolvers<void>()

  constructor(lost: T) {
    this.#lost = lost
  }

  put(event: T): void {
    if (this.#over !== undefined) return
    if (this.#waiting.length < CAPACITY) this.#waiting.push(event)
    else this.#waiting = [this.#lost]
    this.#told.resolve()
  }

  /** What was put before is still read; then the reader ends, or is told the error. */
  end(over: { error?: unknown } = {}): void {
    this.#over ??= over
    this.#told.resolve()
  }

  async *read(): AsyncGenerator<T> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift() as T
      if (this.#over !== undefined) {
        if (this.#over.error !== undefined) throw this.#over.error
        return
      }
      await this.#told.promise
      this.#told = Promise.withResolvers<void>()
    }
  }
}
