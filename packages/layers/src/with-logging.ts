import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import { type LayerClock, systemClock } from './layer-clock.ts'
import { outcomeOfAnswer, outcomeOfError } from './outcome-of.ts'
import { redact } from './redact.ts'
import { type LayerCall, wrapBackend } from './wrap-backend.ts'

/** One finished call or one event. Plain data, already redacted: safe to print as JSON. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn'
  readonly operation: string
  readonly backendKind: string
  readonly durationMs?: number
  /** `ok`, a payment's status, or an error's code. */
  readonly outcome: string
  readonly request?: unknown
  readonly answer?: unknown
  readonly error?: { code: string; message: string; sent?: string; retry?: string }
}

export interface LoggingOptions {
  /** Gets each entry. What it throws is ignored. */
  log: (entry: LogEntry) => void
  /** Whether requests and answers are logged too, redacted. Default: no. */
  details?: boolean
  clock?: LayerClock
}

/** Logs every call and event, without secrets. Reads are `debug`, what changes something `info`, what fails `warn`. */
export function withLogging(backend: LightningBackend, options: LoggingOptions): LightningBackend {
  const { details = false, clock = systemClock } = options
  const write = (entry: LogEntry): void => {
    try {
      options.log(entry)
    } catch {
      // a broken log must not change what a payment answers
    }
  }
  const detail = (call: LayerCall, answer: unknown): Pick<LogEntry, 'request' | 'answer'> =>
    details ? (redact({ request: call.request, answer }) as Pick<LogEntry, 'request' | 'answer'>) : {}

  return wrapBackend(backend, {
    async call(call, next) {
      const { operation, operationClass, request } = call
      const startedMs = clock.now()
      const entry = (): Pick<LogEntry, 'operation' | 'backendKind' | 'durationMs'> => ({
        operation,
        backendKind: backend.kind,
        durationMs: clock.now() - startedMs,
      })
      try {
        const answer = await next()
        const { status = 'ok' } = outcomeOfAnswer(answer)
        const level = operationClass === 'read' ? 'debug' : 'info'
        write({ level, ...entry(), outcome: status, ...detail(call, answer) })
        return answer
      } catch (error) {
        const { code = 'internal' } = outcomeOfError(error, request?.signal)
        write({
          level: 'warn',
          ...entry(),
          outcome: code,
          ...explain(error, code, call),
          ...detail(call, undefined),
        })
        throw error
      }
    },
    async *watch(request, next) {
      for await (const event of next(request)) {
        write({ level: 'debug', operation: 'watch', backendKind: backend.kind, outcome: event.type })
        yield event
      }
    },
  })
}

/** Words of a `LightningError` alone: those of any other error may hold anything. */
function explain(error: unknown, code: string, { request }: LayerCall): Pick<LogEntry, 'error'> {
  if (!LightningError.is(error)) return { error: { code, message: 'not a LightningError' } }
  const { message, sent, retry } = error
  const clean = redact({ request, error: { code, message, sent, retry } }) as Pick<LogEntry, 'error'>
  return clean.error === undefined ? {} : { error: clean.error }
}
