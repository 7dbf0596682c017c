import type { ManualClock } from '@lightning-mcp/backend-simulator'

/**
 * The system's clock, moved on by whatever a test asks for: the adapter reads the real one, so that one
 * which stands still elsewhere would make every invoice of the stage expired, or not yet made.
 */
export function createShiftedClock(): ManualClock {
  let shiftMs = 0
  const due = new Set<{ atMs: number; run: () => void; timer: NodeJS.Timeout }>()
  const now = (): number => Date.now() + shiftMs
  return {
    now,
    setTimeout(callback, delayMs) {
      const run = (): void => {
        clearTimeout(entry.timer)
        if (due.delete(entry)) callback()
      }
      const entry = { atMs: now() + delayMs, run, timer: setTimeout(run, Math.min(delayMs, 2 ** 31 - 1)) }
      entry.timer.unref()
      due.add(entry)
      return () => {
        clearTimeout(entry.timer)
        due.delete(entry)
      }
    },
    advance(milliseconds) {
      shiftMs += milliseconds
      for (const { run } of [...due].filter(({ atMs }) => atMs <= now()).sort((a, b) => a.atMs - b.atMs))
        run()
    },
  }
}
