import type { Log } from '@lightning-mcp/runtime'

/** A payment under way is on record already: what does not end in this time is looked up at the next start. */
const GRACE_MS = 1_000

/** Ends the process once stdin is closed, stdout is gone, or a signal asks for it. */
export function endWithClient({ log, close }: { log: Log; close: () => Promise<void> }): void {
  let ending = false
  const end = (reason: string): void => {
    if (ending) return
    ending = true
    log.debug('stopping', { reason })
    setTimeout(() => process.exit(0), GRACE_MS)
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error(`stopping: ${error instanceof Error ? error.message : String(error)}`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal))
  process.stdin.on('end', () => end('stdin ended'))
  process.stdin.on('close', () => end('stdin closed'))
  process.stdout.on('error', () => end('stdout is gone'))
}
