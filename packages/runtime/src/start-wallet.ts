import { setTimeout as delay } from 'node:timers/promises'
import { LightningError } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import type { Log } from './log.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Starts the wallet and, while that fails, tries again with growing pauses: payments that an earlier
 * process left open must be looked up although nobody calls a tool. Ends with the signal.
 */
export async function startWallet(
  wallet: Wallet,
  {
    log,
    signal,
    wait = (pauseMs) => delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined),
  }: { log: Log; signal: AbortSignal; wait?: (pauseMs: number) => Promise<void> },
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await wallet.start()
      return
    } catch (error) {
      if (signal.aborted) return
      const { message, hint } = describe(error)
      log.error(`the wallet could not be opened: ${message}`, { next: hint, retryInSeconds: pauseMs / 1000 })
    }
    await wait(pauseMs)
  }
}

const describe = (error: unknown): { message: string; hint: string | undefined } =>
  LightningError.is(error)
    ? { message: error.message, hint: error.hint }
    : { message: error instanceof Error ? error.message : String(error), hint: undefined }
