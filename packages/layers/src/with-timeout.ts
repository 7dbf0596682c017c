import type { LightningBackend } from '@lightning-mcp/core'
import { type LayerClock, systemClock } from './layer-clock.ts'
import { unknownOutcome } from './unknown-outcome.ts'
import { type LayerCall, wrapBackend } from './wrap-backend.ts'

export interface TimeoutOptions {
  /** For what only reads, and for `connect`; on top of a minute for what asks others than the backend. Default 15,000. */
  readMs?: number
  /** For what makes invoices and manages the node. Default 30,000. */
  writeMs?: number
  /** For what spends, on top of the request's own `timeoutSeconds` where it has one. Default 15,000. */
  spendGraceMs?: number
  clock?: LayerClock
}

/** What an adapter uses where a payment request names no time-out. */
const DEFAULT_PAYMENT_SECONDS = 60
/** Opening and closing channels and sending on chain have no time-out of their own. */
const OTHER_SPEND_MS = 60_000
/** What waits for an answer of others: the owner of an offer, nodes along a route. */
const ASKS_OTHERS: readonly string[] = ['offers.fetchInvoice', 'routing.probe']
const OTHERS_MS = 60_000
const TIMED_PAYMENTS: readonly string[] = ['payInvoice', 'keysend.send', 'offers.pay']

/**
 * Answers in time, whatever the backend does. A read rejects with `unavailable`; a payment is
 * answered as `unknown`, never as failed, because it may go on; other writes reject with
 * `outcome_unknown`. The backend's call is aborted, and what it still answers is ignored.
 */
export function withTimeout(backend: LightningBackend, options: TimeoutOptions = {}): LightningBackend {
  const { clock = systemClock } = options
  return wrapBackend(backend, {
    async call(call, next) {
      const limitMs = limitOf(call, options)
      const late = new AbortController()
      const done = new AbortController()
      const { signal } = call.request ?? {}
      const answer = next({
        ...call.request,
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      })
      // without this a late rejection of an abandoned call would end the process
      answer.catch(() => undefined)
      const timer = clock.sleep(limitMs, done.signal).then(
        () => true,
        () => false,
      )
      try {
        const timedOut = await Promise.race([answer.then(() => false), timer])
        if (!timedOut) return await answer
      } finally {
        done.abort()
      }
      const outcome = () => unknownOutcome(call, `${call.operation} did not answer within ${limitMs} ms`)
      late.abort(new Error(`no answer within ${limitMs} ms`))
      return outcome()
    },
  })
}

function limitOf({ operation, operationClass, request }: LayerCall, options: TimeoutOptions): number {
  const { readMs = 15_000, writeMs = 30_000, spendGraceMs = 15_000 } = options
  if (ASKS_OTHERS.includes(operation)) return OTHERS_MS + readMs
  if (operationClass === 'read') return readMs
  if (operationClass !== 'spend') return writeMs
  if (!TIMED_PAYMENTS.includes(operation)) return OTHER_SPEND_MS + spendGraceMs
  const seconds =
    typeof request?.timeoutSeconds === 'number' ? request.timeoutSeconds : DEFAULT_PAYMENT_SECONDS
  return seconds * 1000 + spendGraceMs
}
