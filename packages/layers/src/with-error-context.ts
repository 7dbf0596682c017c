import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import { wrapBackend } from './wrap-backend.ts'

/**
 * Adds to every error which operation of which kind of backend failed, once: what is there already
 * stays. What is no `LightningError` becomes `internal`, except the reason of the caller's own signal.
 */
export function withErrorContext(backend: LightningBackend): LightningBackend {
  const explain = (error: unknown, operation: string, signal: AbortSignal | undefined): unknown => {
    if (signal?.aborted === true && error === signal.reason) return error
    const context = { operation, backendKind: backend.kind }
    if (LightningError.is(error)) return LightningError.withContext(error, context)
    return new LightningError({
      code: 'internal',
      message: `${operation} failed in a way that the ${backend.kind} backend does not know`,
      hint: 'This is a bug of the backend package: please report it.',
      cause: error,
      ...context,
    })
  }
  return wrapBackend(backend, {
    async call({ operation, request }, next) {
      try {
        return await next()
      } catch (error) {
        throw explain(error, operation, request?.signal)
      }
    },
    async *watch(request, next) {
      try {
        yield* next(request)
      } catch (error) {
        throw explain(error, 'watch', request?.signal)
      }
    },
  })
}
