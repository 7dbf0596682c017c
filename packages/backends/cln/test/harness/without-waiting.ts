import type { ConformanceTest } from '@lightning-mcp/backend-testkit'
import { test } from 'vitest'

/** Cases that wait for pauses of the adapter; the run over the socket has them. */
const WAITING = new Set([
  'connection-lost-after-send-unknown-then-failed',
  'reply-timeout-with-htlc-held-pending',
  'slow-consumer-bounded',
])

/** Registers the other cases, for a run in which nothing that those show can differ. */
export const withoutWaiting: ConformanceTest = Object.assign(
  (name: string, run: () => Promise<void>, timeoutMs?: number) => {
    if (!WAITING.has(name.split(':')[0] ?? '')) test(name, run, timeoutMs)
  },
  { skip: (name: string, run: () => Promise<void>) => test.skip(name, run) },
)
