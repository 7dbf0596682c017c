/** Letters for one reader. A reader who lets too many lie finds one in place of them all, which says so. */
export class Mailbox<T> {
  readonly #capacity: number
  readonly #overflow: T
  #letters: T[] = []
  #closing: (() => T | undefined) | undefined
  #arrived = Promise.withResolvers<void>()

  constructor(capacity: number, overflow: T) {
    this.#capacity = capacity
    this.#overflow = overflow
  }

  put(letter: T): void {
    if (this.#closing !== undefined) return
    if (this.#letters.length < this.#capacity) this.#letters.push(letter)
    else this.#letters = [this.#overflow]
    this.#arrived.resolve()
  }

  /** What lies in it is still taken; after that the reader is told the end, or the error. */
  close(error?: unknown): void {
    this.#closing ??= () => {
      if (error !== undefined) throw error
      return undefined
    }
    this.#arrived.resolve()
  }

  /** The oldest letter; `undefined` at the end. */
  async take(): Promise<T | undefined> {
    for (;;) {
      if (this.#letters.length > 0) return this.#letters.shift()
      if (this.#closing !== undefined) return this.#closing()
      await this.#arrived.promise
      this.#arrived = Promise.withResolvers()
    }
  }
}
