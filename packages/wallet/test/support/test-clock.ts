import type { Clock } from '../../src/clock.ts'

/** Time that a test moves by hand, shared by several processes that can die one by one. */
export class TestClock {
  #nowMs: number
  readonly #timers = new Set<{ atMs: number; callback: () => void }>()

  constructor(startMs = 1_800_000_000_000) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  /** The clock of one process. After `kill` none of its timers runs any more. */
  process(): Clock & { kill(): void } {
    let alive = true
    return {
      now: () => this.#nowMs,
      after: (delayMs, callback) => {
        const timer = { atMs: this.#nowMs + delayMs, callback: () => alive && callback() }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
      kill: () => {
        alive = false
      },
    }
  }

  /** As a machine that slept: what fell due meanwhile runs once it wakes. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms
    await this.advance(0)
  }

  /** Moves on, runs what falls due in order, and lets each come to rest before the next. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await rest()
    for (;;) {
      const next = [...this.#timers]
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)
        .at(0)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
      await rest()
    }
    this.#nowMs = untilMs
    await rest()
  }
}

/** Lets everything that is ready run. Stores and fakes answer without real time. */
export async function rest(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits until something is so. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 5))
}
