import type { LayerClock } from '../src/index.ts'

export interface ManualClock extends LayerClock {
  /** What was slept, in order. */
  readonly slept: readonly number[]
  /** Moves on and wakes who is due. */
  advance(milliseconds: number): void
}

/** Stands still until it is moved; with `instant`, every sleep is over at once. */
export function createManualClock(options: { instant?: boolean } = {}): ManualClock {
  let now = 0
  const slept: number[] = []
  const sleepers = new Set<{ at: number; wake: () => void }>()
  return {
    slept,
    now: () => now,
    async sleep(delayMs, signal) {
      signal?.throwIfAborted()
      slept.push(delayMs)
      if (options.instant === true) {
        now += delayMs
        return
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      sleepers.add({ at: now + delayMs, wake: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      await promise
    },
    advance(milliseconds) {
      now += milliseconds
      for (const sleeper of [...sleepers].filter(({ at }) => at <= now)) {
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
  }
}
