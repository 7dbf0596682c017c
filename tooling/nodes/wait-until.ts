import { setTimeout as delay } from 'node:timers/promises'

/** Asks until the answer is something other than undefined or false. Errors count as "not yet" and are told at the end. */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { timeoutMs = 60_000, everyMs = 30 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const end = Date.now() + timeoutMs
  let last: unknown
  while (Date.now() < end) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    await delay(everyMs)
  }
  throw new Error(`waited ${timeoutMs} ms for: ${what}`, { cause: last })
}
