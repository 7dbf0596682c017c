import { ERROR_CODES, type ErrorCode, type Retry, type Sent } from './error-codes.ts'

const brand = Symbol.for('@lightning-mcp/core/LightningError')

export interface LightningErrorOptions {
  code: ErrorCode
  /** What failed and why, in one sentence. Never a credential, preimage or raw body. */
  message: string
  /** What to do next. */
  hint?: string
  /** Overrides the code's default. */
  retry?: Retry
  /** Overrides the code's default. */
  sent?: Sent
  /** The backend's own code and words, already redacted. */
  backend?: BackendFault
  /** The operation that failed, e.g. `payInvoice`; added once, by the context layer. */
  operation?: string
  /** The kind of backend, e.g. `lnd`; added once, by the context layer. */
  backendKind?: string
  cause?: unknown
}

/** A backend's own description of a fault: redacted, capped, and untrusted like any text from outside. */
export interface BackendFault {
  code?: string
  message?: string
}

/** The one error that every package throws. Recognise it by {@link LightningError.is}, which also knows another copy of this package. */
export class LightningError extends Error {
  readonly code: ErrorCode
  readonly retry: Retry
  readonly sent: Sent
  readonly hint: string | undefined
  readonly backend: BackendFault | undefined
  readonly operation: string | undefined
  readonly backendKind: string | undefined

  constructor(options: LightningErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LightningError'
    Object.defineProperty(this, brand, { value: true })
    const defaults = ERROR_CODES[options.code]
    this.code = options.code
    this.retry = options.retry ?? defaults.retry
    this.sent = options.sent ?? defaults.sent
    this.hint = options.hint
    this.backend = options.backend
    this.operation = options.operation
    this.backendKind = options.backendKind
  }

  /** True for a `LightningError` of this or any other copy of the package. */
  static is(value: unknown): value is LightningError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
  }

  /** The same error with operation and backend filled in where they were missing. */
  static withContext(
    error: LightningError,
    context: { operation: string; backendKind: string },
  ): LightningError {
    return new LightningError({
      code: error.code,
      message: error.message,
      retry: error.retry,
      sent: error.sent,
      operation: error.operation ?? context.operation,
      backendKind: error.backendKind ?? context.backendKind,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.backend === undefined ? {} : { backend: error.backend }),
      ...(error.cause === undefined ? {} : { cause: error.cause }),
    })
  }
}
