/** Keeps the most recently used values, at most `capacity` of them. */
export class RecentlyUsed<Value> {
  readonly #capacity: number
  // A Map iterates in order of insertion, so its first key is the one unused for longest.
  readonly #entries = new Map<string, Value>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#capacity) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }

  get size(): number {
    return this.#entries.size
  }
}
