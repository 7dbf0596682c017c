import type { ManualClock } from '@lightning-mcp/backend-simulator'

const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * The system's clock, moved on by whatever a test asks for: an adapter reads the real one, so that one
 * which stands still elsewhere would make every invoice of a stage expired, or not yet made.
 */
export function createShiftedClock(): ManualClock {
  let shiftMs = 0
  const due = new Set<{ atMs: number; run: () => void }>()
  const now = (): number => Date.now() + shiftMs
  return {
    now,
    setTimeout(callback, delayMs) {
      const run = (): void => {
        clearTimeout(timer)
        if (due.delete(entry)) callback()
      }
      const timer = setTimeout(run, Math.min(delayMs, LONGEST_TIMER_MS))
      timer.unref()
      const entry = { atMs: now() + delayMs, run }
      due.add(entry)
      return () => {
        clearTimeout(timer)
        due.delete(entry)
      }
    },
    advance(milliseconds) {
      shiftMs += milliseconds
      const ready = [...due].filter(({ atMs }) => atMs <= now())
      for (const { run } of ready.sort((a, b) => a.atMs - b.atMs)) run()
    },
  }
}
