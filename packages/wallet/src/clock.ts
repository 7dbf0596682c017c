import { LightningError } from '@lightning-mcp/core'

/** Time as the wallet sees it. Tests inject one that they move by hand. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Calls back once after the delay; the answer takes it back. A waiting call does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
  /** Milliseconds since any moment of this process, which no setting of the clock changes. Absent: `now` never jumps. */
  elapsed?(): number
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves after the delay, or at once when the signal aborts. Never rejects. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** What the work answers; `unavailable` once the time is over, when the signal aborts as well. */
export async function withinTime<T>(
  clock: Clock,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const done = new AbortController()
  const timeout = pause(clock, timeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) over.abort()
    throw new LightningError({
      code: 'unavailable',
      message: `the backend did not answer within ${timeoutMs / 1000} s`,
      hint: 'Try again in a while; if it stays, the owner has to look at the node.',
    })
  })
  timeout.catch(() => {})
  try {
    return await Promise.race([work(over.signal), timeout])
  } finally {
    done.abort()
  }
}
