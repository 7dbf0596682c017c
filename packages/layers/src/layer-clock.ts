import { setTimeout as wait } from 'node:timers/promises'

/** Time as layers see it; tests pass their own. */
export interface LayerClock {
  /** Milliseconds on a steady clock. */
  now(): number
  /** Rejects with the signal's reason when it aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: LayerClock = {
  now: () => performance.now(),
  async sleep(delayMs, signal) {
    try {
      await wait(delayMs, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      throw signal?.reason ?? error
    }
  },
}
