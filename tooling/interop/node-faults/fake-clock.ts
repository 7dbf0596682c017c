import { vi } from 'vitest'

const realTimeout = setTimeout

/**
 * Answers what `call` answers, and how long that took on a clock that runs `speed` times as fast as the
 * real one, or slower on a busy machine. Whatever waits for a deadline waits on it; what travels over a
 * socket or is read from a file does so in real time.
 */
export async function inFastTime<T>(
  call: () => Promise<T>,
  { speed }: { speed: number },
): Promise<{ answer: T; tookMs: number }> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let tookMs = 0
    let ended = false
    const end = (): void => {
      ended = true
    }
    const answering = call()
    answering.then(end, end)
    while (!ended) {
      await new Promise((resolve) => realTimeout(resolve, 1))
      await vi.advanceTimersByTimeAsync(speed)
      tookMs += speed
    }
    return { answer: await answering, tookMs }
  } finally {
    vi.useRealTimers()
  }
}

type Wait = typeof import('node:timers/promises').setTimeout

/** Of `node:timers/promises`, on whichever clock is in force: the original does not know a replaced one. */
export const waitOnAnyClock: Wait = (delayMs, value, { signal } = {}) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value as never)
    }, delayMs)
    signal?.addEventListener('abort', abort, { once: true })
  })
