import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'

const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 100

/**
 * Reads until what it reads is as wanted, and answers that. `patienceMs` guards against waiting for
 * ever; it is not waited out.
 */
export async function until<T>(
  what: string,
  read: () => Promise<T> | T,
  accept: (value: T) => boolean,
  patienceMs: number,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const value = await read()
    if (accept(value)) return value
    if (performance.now() > deadline)
      assert.fail(`waited in vain until ${what}; last seen: ${describeValue(value)}`)
    await wait(pauseMs)
  }
}

/** The promise's answer; red where it takes longer than the guard. */
export async function within<T>(what: string, promise: Promise<T>, patienceMs: number): Promise<T> {
  const guard = new AbortController()
  const late = wait(patienceMs, undefined, { signal: guard.signal }).then(() =>
    assert.fail(`${what} did not end`),
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    late.catch(() => undefined)
    guard.abort()
  }
}

/** A value for a message: bigints as digits. */
export const describeValue = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}` : item)) ??
  String(value)
