import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import { type LayerClock, systemClock } from './layer-clock.ts'
import { wrapBackend } from './wrap-backend.ts'

export interface RetryOptions {
  /** Tries in all. Default 4. */
  attempts?: number
  /** Longest pause before the second try; it doubles each time. Default 200. */
  firstDelayMs?: number
  /** Default 5,000. */
  maxDelayMs?: number
  clock?: LayerClock
  /** Between 0 and 1: where in its range a pause lies. Default `Math.random`. */
  random?: () => number
}

/**
 * Tries a read again when its error says that this is safe, after growing, jittered pauses. Nothing
 * that changes anything is ever repeated, whatever its error says: that is the wallet's to decide.
 */
export function withRetry(backend: LightningBackend, options: RetryOptions = {}): LightningBackend {
  const { attempts = 4, firstDelayMs = 200, maxDelayMs = 5_000 } = options
  const { clock = systemClock, random = Math.random } = options
  return wrapBackend(backend, {
    async call({ operation, operationClass, request }, next) {
      const isRepeatable = operationClass === 'read' && operation !== ASKS_STRANGER
      for (let attempt = 1; ; attempt++) {
        try {
          return await next()
        } catch (error) {
          if (!isRepeatable || attempt >= attempts || !mayBeRepeated(error)) throw error
          const longestMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1))
          // half fixed, half by chance: many clients of one node do not come back at once
          await clock.sleep((longestMs * (1 + random())) / 2, request?.signal)
        }
      }
    },
  })
}

/** It reads, but each time the owner of an offer makes an invoice: whether to ask again is the caller’s to say. */
const ASKS_STRANGER = 'offers.fetchInvoice'

const mayBeRepeated = (error: unknown): boolean =>
  LightningError.is(error) && (error.retry === 'safe' || error.retry === 'after-delay')
