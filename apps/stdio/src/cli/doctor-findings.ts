import { LightningError } from '@lightning-mcp/core'

/** `warn`: it works, but the owner should know. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  check: string
  verdict: Verdict
  message: string
  /** What to do. */
  fix?: string
}

/** What an error means for a check. */
export const failure = (check: string, error: unknown): Finding => {
  const known = LightningError.is(error) ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  return {
    check,
    verdict: 'fail',
    message: known === undefined ? message : `${message} (${known.code})`,
    ...(known?.hint === undefined ? {} : { fix: known.hint }),
  }
}
