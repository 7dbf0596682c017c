/** Where the network gets its time from. */
export interface SimulatorClock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Calls back once, after the delay; the result takes it back. */
  setTimeout(callback: () => void, delayMs: number): () => void
}

export const systemClock: SimulatorClock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

export interface ManualClock extends SimulatorClock {
  /** Moves the time on and runs what falls due, in order. */
  advance(milliseconds: number): void
}

/** A clock that stands still until it is told to move. */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs
  const due = new Set<{ atMs: number; callback: () => void }>()
  return {
    now: () => nowMs,
    setTimeout(callback, delayMs) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), callback }
      due.add(timer)
      return () => due.delete(timer)
    },
    advance(milliseconds) {
      const untilMs = nowMs + milliseconds
      for (;;) {
        let next: { atMs: number; callback: () => void } | undefined
        for (const timer of due)
          if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer
        if (next === undefined) break
        due.delete(next)
        nowMs = next.atMs
        next.callback()
      }
      nowMs = untilMs
    },
  }
}
