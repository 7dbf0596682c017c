import type { SimulatorClock } from '@lightning-mcp/backend-simulator'

export type IndexName = 'created' | 'updated' | 'deleted'

/** What `wait` answers of the entry that moved an index. */
export type ChangeDetails = Readonly<Record<string, unknown>>

interface Waiter {
  readonly indexName: IndexName
  readonly nextValue: number
  readonly wake: (value: number, details: ChangeDetails) => void
}

/** The counters of one subsystem (`invoices`, `sendpays` …) and who waits for them to move. */
export class SubsystemIndexes {
  readonly #values: Record<IndexName, number> = { created: 0, updated: 0, deleted: 0 }
  readonly #waiters = new Set<Waiter>()

  value(name: IndexName): number {
    return this.#values[name]
  }

  get isWatched(): boolean {
    return this.#waiters.size > 0
  }

  /** Moves an index on and tells whoever waits for the value. */
  move(name: IndexName, details: () => ChangeDetails): number {
    this.#values[name] += 1
    const value = this.#values[name]
    for (const waiter of this.#waiters)
      if (waiter.indexName === name && waiter.nextValue <= value) {
        this.#waiters.delete(waiter)
        waiter.wake(value, details())
      }
    return value
  }

  /** Resolves once the index has that value; at once, and without details, if it has it. */
  wait(
    indexName: IndexName,
    nextValue: number,
    signal: AbortSignal,
  ): Promise<{ value: number; details?: ChangeDetails }> {
    const value = this.#values[indexName]
    if (value >= nextValue) return Promise.resolve({ value })
    return new Promise((resolve) => {
      const waiter: Waiter = {
        indexName,
        nextValue,
        wake: (reached, details) => resolve({ value: reached, details }),
      }
      this.#waiters.add(waiter)
      signal.addEventListener('abort', () => this.#waiters.delete(waiter), { once: true })
    })
  }
}

/** Rejects with `late` once the clock has passed so many seconds; never without a time-out. */
export function orTimedOut<T>(
  clock: SimulatorClock,
  seconds: number | undefined,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  if (seconds === undefined) return promise
  return new Promise((resolve, reject) => {
    const stop = clock.setTimeout(() => reject(late()), seconds * 1000)
    promise.then(resolve, reject).finally(stop)
  })
}
