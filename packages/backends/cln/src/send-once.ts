import { LightningError } from '@lightning-mcp/core'
import type { ClnClient } from './client.ts'
import { findErrorRule, mapClnError, redact } from './errors.ts'
import type { Method } from './methods.ts'
import { readyToSend } from './payments.ts'
import type { Replies } from './schemas.ts'
import { type Params, RpcFault, WireFault } from './transport.ts'

/** What an answer was, or why there is none. `unknown`: it may have been done; look, and never ask again. */
export type Sent<T> = { result: T } | { unknown: true; detail: string; fault?: RpcFault }

/** Peers and signing devices take their time. */
const SPENDING_TIMEOUT_MS = 120_000

/**
 * Makes one call that moves coins, once. Throws only where nothing was done: before it was sent, or
 * where the node refused it outright (`refused` says which of its errors do).
 */
export async function sendOnce<M extends Method>(
  client: ClnClient,
  method: M,
  params: Params,
  { signal, refused, doubted, timeoutMs = SPENDING_TIMEOUT_MS }: SendOnceOptions,
): Promise<Sent<Replies[M]>> {
  await readyToSend(client, signal)
  try {
    return { result: await client.send(method, params, { signal, timeoutMs }) }
  } catch (error) {
    if (error instanceof WireFault && !error.sent) throw mapClnError(error)
    if (
      error instanceof RpcFault &&
      doubted?.(error) !== true &&
      (findErrorRule(error)?.refusesUnrecorded || refused(error))
    )
      throw withoutDoubt(error)
    if (!(error instanceof RpcFault)) return { unknown: true, detail: 'the answer was lost' }
    const words = redact(error.message)
    return { unknown: true, detail: words === '' ? 'the node gave no reason' : words, fault: error }
  }
}

interface SendOnceOptions {
  signal: AbortSignal | undefined
  /** Whether this error of the node's says that nothing was done. */
  refused(fault: RpcFault): boolean
  /** Whether it proves nothing of the kind here, although its code does elsewhere. */
  doubted?(fault: RpcFault): boolean
  timeoutMs?: number
}

/** The node refused: whatever the code implies elsewhere, nothing was sent here. */
function withoutDoubt(fault: RpcFault): LightningError {
  const mapped = mapClnError(fault)
  const { code, message, hint, backend } = mapped
  return new LightningError({
    // an error that is not known by its code is about the terms
    code: code === 'protocol_error' ? 'invalid_request' : code,
    message: code === 'protocol_error' ? 'Core Lightning refuses the terms of the call' : message,
    hint: code === 'protocol_error' ? 'See the words of the node.' : (hint ?? ''),
    sent: 'no',
    ...(backend === undefined ? {} : { backend }),
  })
}
