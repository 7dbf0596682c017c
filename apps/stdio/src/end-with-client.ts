import type { Log } from '@lightning-mcp/runtime'

/** A payment under way is on record already: what does not end in this time is looked up at the next start. */
const GRACE_MS = 1_000

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Ends the process once stdin is closed, stdout is gone, or a signal asks for it. A fault that nobody
 * caught is told and ends it too: the next start looks up what was left open.
 */
export function endWithClient({ log, close }: { log: Log; close: () => Promise<void> }): void {
  let ending = false
  const end = (reason: string, code = 0): void => {
    if (ending) return
    ending = true
    log.debug('stopping', { reason })
    setTimeout(() => process.exit(code), GRACE_MS)
    close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error(`stopping: ${wordsOf(error)}`)
        process.exit(1)
      },
    )
  }
  process.on('unhandledRejection', (error) => log.error(`a fault that nobody waited for: ${wordsOf(error)}`))
  process.on('uncaughtException', (error) => {
    log.error(`a fault that nobody caught: ${wordsOf(error)}`)
    end('fault', 1)
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal))
  process.stdin.on('end', () => end('stdin ended'))
  process.stdin.on('close', () => end('stdin closed'))
  process.stdout.on('error', () => end('stdout is gone'))
}
