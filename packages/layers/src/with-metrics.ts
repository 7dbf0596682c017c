import type { LightningBackend, LightningEventType, OperationClass } from '@lightning-mcp/core'
import { type LayerClock, systemClock } from './layer-clock.ts'
import { type CallOutcome, outcomeOfAnswer, outcomeOfError } from './outcome-of.ts'
import { type LayerOperation, wrapBackend } from './wrap-backend.ts'

/** One finished call: few values, so that each may be a label. */
export interface CallMetric extends CallOutcome {
  readonly operation: LayerOperation
  readonly operationClass: OperationClass
  readonly backendKind: string
  readonly durationMs: number
}

export interface MetricsOptions {
  /** Told when a call ends. What it throws is ignored. */
  onCall?: (metric: CallMetric) => void
  /** Told of each event. What it throws is ignored. */
  onEvent?: (metric: { backendKind: string; type: LightningEventType }) => void
  clock?: LayerClock
}

/** Measures every call and event. Holds no amounts, hashes or texts. */
export function withMetrics(backend: LightningBackend, options: MetricsOptions): LightningBackend {
  const { onCall, onEvent, clock = systemClock } = options
  return wrapBackend(backend, {
    async call({ operation, operationClass, request }, next) {
      const startedMs = clock.now()
      const tell = (outcome: CallOutcome): void => {
        const durationMs = clock.now() - startedMs
        harmless(() =>
          onCall?.({ operation, operationClass, backendKind: backend.kind, durationMs, ...outcome }),
        )
      }
      try {
        const answer = await next()
        tell(outcomeOfAnswer(answer))
        return answer
      } catch (error) {
        tell(outcomeOfError(error, request?.signal))
        throw error
      }
    },
    async *watch(request, next) {
      for await (const event of next(request)) {
        harmless(() => onEvent?.({ backendKind: backend.kind, type: event.type }))
        yield event
      }
    },
  })
}

function harmless(tell: () => void): void {
  try {
    tell()
  } catch {
    // a broken meter must not change what a payment answers
  }
}
