import { type ErrorCode, LightningError } from '@lightning-mcp/core'

/** How a call ended, in words that a log or a metric can group by. */
export interface CallOutcome {
  readonly ok: boolean
  /** `settled`, `pending`, `failed`, `unknown` … where the answer has one. */
  readonly status?: string
  /** Of a rejection; `internal` for what is no `LightningError`, `aborted` for the caller's own signal. */
  readonly code?: ErrorCode | 'aborted'
}

export function outcomeOfAnswer(answer: unknown): CallOutcome {
  const status = (answer as { status?: unknown } | undefined | null)?.status
  return typeof status === 'string' ? { ok: true, status } : { ok: true }
}

export function outcomeOfError(error: unknown, signal: AbortSignal | undefined): CallOutcome {
  if (LightningError.is(error)) return { ok: false, code: error.code }
  return { ok: false, code: signal?.aborted === true ? 'aborted' : 'internal' }
}
