import type { Clock } from '../../src/clock.ts'
import { storesAreBusy } from './stores.ts'

/** When a test's time begins. */
export const START_MS = 1_800_000_000_000

/** Time that a test moves by hand, shared by several processes that can die one by one. */
export class TestClock {
  #nowMs: number
  readonly #timers = new Set<Timer>()

  constructor(startMs = START_MS) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  /** The clock of one process. After `kill` none of its timers runs any more. `sleeps`: its machine is that which a jump puts to sleep. */
  process({ sleeps = true } = {}): Clock & { kill(): void } {
    let alive = true
    return {
      now: () => this.#nowMs,
      after: (delayMs, callback) => {
        const timer = { atMs: this.#nowMs + delayMs, sleeps, callback: () => alive && callback() }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
      kill: () => {
        alive = false
      },
    }
  }

  /** As a machine that slept: what fell due meanwhile runs once it wakes. The rest of the world did not sleep. */
  async jump(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await this.#run(untilMs, ({ sleeps }) => !sleeps)
    this.#nowMs = untilMs
    await this.advance(0)
  }

  /** As a clock that was put right: what waits goes on waiting for its moment. What is on its way elsewhere arrives no later. */
  async back(ms: number): Promise<void> {
    this.#nowMs -= ms
    for (const timer of this.#timers) if (!timer.sleeps) timer.atMs -= ms
    await rest()
  }

  /** Moves on, runs what falls due in order, and lets each come to rest before the next. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await this.#run(untilMs, () => true)
    this.#nowMs = untilMs
    await rest()
  }

  async #run(untilMs: number, which: (timer: Timer) => boolean): Promise<void> {
    await rest()
    for (;;) {
      const next = [...this.#timers]
        .filter((timer) => timer.atMs <= untilMs && which(timer))
        .sort((a, b) => a.atMs - b.atMs)
        .at(0)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
      await rest()
    }
  }
}

interface Timer {
  atMs: number
  sleeps: boolean
  callback: () => void
}

/** Lets everything that is ready run, stores included. Fakes answer without real time. */
export async function rest(): Promise<void> {
  for (let quiet = 0; quiet < 12; quiet = storesAreBusy() ? 0 : quiet + 1)
    await new Promise((resolve) => setImmediate(resolve))
}

/** Waits until something is so. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 5))
}
