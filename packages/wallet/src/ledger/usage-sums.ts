import type { JournalEntry } from './journal.ts'
import { bucketOf, oldestBucket, USAGE_WINDOW_NAMES, type UsageWindow } from './usage.ts'

export interface UsageSum {
  usedMsat: bigint
  usedCount: number
}

/** What counts against each scope now, recomputed row by row. What has left its window is not kept. */
export class UsageSums {
  readonly #oldest: readonly (readonly [UsageWindow, number])[]
  readonly #sums = new Map<string, Map<string, UsageSum>>()

  constructor(nowMs: number) {
    this.#oldest = USAGE_WINDOW_NAMES.map((window) => [window, oldestBucket(window, nowMs)])
  }

  add({ limitScopes, chargedAtMs, atMs, chargedMsat, chargedCount }: JournalEntry): void {
    if (chargedMsat === 0n && chargedCount === 0) return
    for (const scope of limitScopes) {
      const sums = this.#sums.get(scope) ?? new Map<string, UsageSum>()
      this.#sums.set(scope, sums)
      for (const [window, oldest] of this.#oldest) {
        const bucket = bucketOf(window, chargedAtMs ?? atMs)
        if (bucket < oldest) continue
        const key = `${window}:${bucket}`
        const { usedMsat, usedCount } = sums.get(key) ?? { usedMsat: 0n, usedCount: 0 }
        sums.set(key, { usedMsat: usedMsat + chargedMsat, usedCount: usedCount + chargedCount })
      }
    }
  }

  get scopes(): readonly string[] {
    return [...this.#sums.keys()]
  }

  /** By `window:step`. */
  of(scope: string): ReadonlyMap<string, UsageSum> {
    return this.#sums.get(scope) ?? new Map()
  }
}
