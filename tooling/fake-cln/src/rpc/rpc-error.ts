/** An error as Core Lightning answers it. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown
  /** What some errors carry beside `code` and `message` instead of under `data`. */
  readonly beside: Readonly<Record<string, unknown>>

  constructor(
    code: number,
    message: string,
    more: { data?: unknown; beside?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message)
    this.code = code
    this.data = more.data
    this.beside = more.beside ?? {}
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return {
      code: this.code,
      message: this.message,
      ...(this.data === undefined ? {} : { data: this.data }),
      ...this.beside,
    }
  }
}

export const INVALID_REQUEST = -32600
export const UNKNOWN_METHOD = -32601
export const INVALID_PARAMS = -32602

export const badParameter = (name: string, expected: string, token: string): RpcError =>
  new RpcError(INVALID_PARAMS, `${name}: ${expected}: invalid token '${token}'`)
