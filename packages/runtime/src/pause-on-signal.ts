import type { Wallet } from '@lightning-mcp/wallet'
import type { Log } from './log.ts'

/** Windows has no such signal; there the command and the kill file pause. */
const SIGNAL = 'SIGUSR2'

/** Spending is paused by `kill -USR2`, until the owner resumes it. Answers what ends the listening. */
export function pauseOnSignal(wallet: Wallet, { log }: { log: Log }): () => void {
  const pause = (): void => {
    wallet.pause(`the server got ${SIGNAL}`, 'signal').then(
      () => log.warn(`${SIGNAL}: spending is paused`),
      (error: unknown) =>
        log.error(`${SIGNAL}: spending is paused in this process; it could not be recorded yet`, {
          error: error instanceof Error ? error.message : String(error),
        }),
    )
  }
  process.on(SIGNAL, pause)
  return () => process.off(SIGNAL, pause)
}
