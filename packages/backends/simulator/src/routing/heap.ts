/** A binary heap: `take` gives the smallest entry. */
export class Heap<T> {
  readonly #entries: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  put(entry: T): void {
    const entries = this.#entries
    let index = entries.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#before(entry, entries[parent] as T)) break
      entries[index] = entries[parent] as T
      index = parent
    }
    entries[index] = entry
  }

  take(): T | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (last === undefined || entries.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= entries.length) break
      if (child + 1 < entries.length && this.#before(entries[child + 1] as T, entries[child] as T)) child += 1
      if (!this.#before(entries[child] as T, last)) break
      entries[index] = entries[child] as T
      index = child
    }
    entries[index] = last
    return first
  }
}
