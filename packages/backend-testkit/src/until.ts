import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'

const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 100
const SLICES = 10
const MOST_SHOWN = 500

/**
 * Reads until what it reads is as wanted, and answers that. `patienceMs` guards against waiting for
 * ever; it is not waited out. It counts pauses, not the clock: a machine that stands still does not
 * use it up.
 */
export async function until<T>(
  what: string,
  read: () => Promise<T> | T,
  accept: (value: T) => boolean,
  patienceMs: number,
): Promise<T> {
  let pausedMs = 0
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const value = await read()
    if (accept(value)) return value
    if (pausedMs >= patienceMs)
      assert.fail(`waited in vain until ${what}; last seen: ${describeValue(value).slice(0, MOST_SHOWN)}`)
    await wait(pauseMs)
    pausedMs += pauseMs
  }
}

/** The promise's answer; red where it takes longer than the guard. */
export async function within<T>(what: string, promise: Promise<T>, patienceMs: number): Promise<T> {
  const guard = new AbortController()
  const late = (async (): Promise<never> => {
    for (let slice = 0; slice < SLICES; slice++)
      await wait(patienceMs / SLICES, undefined, { signal: guard.signal })
    return assert.fail(`${what} did not end`)
  })()
  late.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    guard.abort()
  }
}

/** A value for a message: bigints as digits. */
export const describeValue = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}` : item)) ??
  String(value)
