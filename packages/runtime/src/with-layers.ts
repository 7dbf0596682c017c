import type { LightningBackend } from '@lightning-mcp/core'
import {
  composeLayers,
  type LogEntry,
  withCapabilityCheck,
  withErrorContext,
  withLogging,
  withRetry,
  withTimeout,
} from '@lightning-mcp/layers'
import type { Log } from './log.ts'

/**
 * The layers of a server, from the outermost to the backend. The time limit lies around the repeated
 * tries, so that it holds for all of them; the check stands next to the backend, so that what is not
 * declared costs nothing.
 */
export const withLayers = (backend: LightningBackend, { log }: { log: Log }): LightningBackend =>
  composeLayers(backend, [
    (inner) => withLogging(inner, { log: (entry) => write(log, entry) }),
    withErrorContext,
    (inner) => withTimeout(inner),
    (inner) => withRetry(inner),
    withCapabilityCheck,
  ])

function write(log: Log, { level, operation, backendKind, durationMs, outcome, error }: LogEntry): void {
  log[level](`${backendKind} ${operation}`, {
    outcome,
    ms: durationMs === undefined ? undefined : Math.round(durationMs),
    error: error?.message,
  })
}
