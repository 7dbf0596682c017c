import type { JsonValue } from './exact-json.ts'

export type Params = { readonly [name: string]: JsonValue | undefined }

export interface CallSettings {
  signal?: AbortSignal | undefined
  /** For the whole call, answer included. */
  timeoutMs: number
  /** Only over a connection that has already answered: a new one has not shown yet which node it leads to. */
  established?: boolean
}

/** One way to reach one node. Knows framing, deadlines and size limits, and nothing of Lightning. */
export interface Transport {
  /**
   * One call, one answer; calls overtake each other. Rejects with the signal's reason, with
   * {@link RpcFault} where the node answered an error, with {@link WireFault} where no answer could be read.
   */
  call(method: string, params: Params, settings: CallSettings): Promise<unknown>
  /** Whether what is sent next goes out over a connection that has already answered. */
  readonly connected: boolean
  /** Another one to the same node: a long poll can only be given up by closing its connection. */
  another(): Transport
  close(): void
}

/** The node's own error. */
export class RpcFault extends Error {
  readonly code: number
  readonly data: unknown
  /** Of clnrest's answer. */
  readonly status: number | undefined

  constructor(code: number, message: string, data: unknown, status?: number) {
    super(message)
    this.name = 'RpcFault'
    this.code = code
    this.data = data
    this.status = status
  }
}

export type WireReason =
  | 'no-socket'
  | 'socket-denied'
  | 'socket-refused'
  | 'unresolved'
  | 'refused'
  | 'unreachable'
  | 'certificate'
  | 'not-tls'
  | 'lost'
  | 'timeout'
  | 'cut'
  | 'not-json'
  | 'not-cln'
  | 'too-large'
  | 'rate-limited'
  | 'gateway'
  | 'closed'

/** No answer, or none that can be read. */
export class WireFault extends Error {
  readonly reason: WireReason
  /** Whether a byte of the request may have left. */
  readonly sent: boolean

  constructor(reason: WireReason, sent: boolean, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.name = 'WireFault'
    this.reason = reason
    this.sent = sent
  }
}

/** Longer than any list that is asked for here; a node that sends more is none. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024
