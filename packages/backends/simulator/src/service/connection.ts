import { LightningError } from '@lightning-mcp/core'
import type { WalletCall, WalletLink, WalletService } from './wallet-service.ts'

/** The way to the node, opened when first needed. */
export interface Connection {
  link(): WalletLink
}

type Answer<C extends WalletCall> = Awaited<ReturnType<WalletService[C]>>

/** Rejects with the signal's reason as soon as it aborts; what was asked goes on unheard. */
export function orAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Calls that change nothing: if their answer is lost, nothing has happened. */
const READS = /^(get|list|lookup|estimate|find|fetch|verify)/

/** Asks the wallet's node for something that is safe to stop waiting for. */
export async function ask<C extends WalletCall>(
  connection: Connection,
  signal: AbortSignal | undefined,
  name: C,
  ...request: Parameters<WalletService[C]>
): Promise<Answer<C>> {
  signal?.throwIfAborted()
  try {
    return await orAborted(connection.link().call(name, ...request), signal)
  } catch (error) {
    if (LightningError.is(error) && error.code === 'unavailable' && READS.test(name))
      throw new LightningError({
        code: 'unavailable',
        message: error.message,
        hint: 'Try again.',
        cause: error,
      })
    throw error
  }
}

/** A payment that was made before: this call sent nothing. */
const REPEATED: readonly string[] = ['already_paid', 'in_progress']

/** Asks for something that costs money: once the question may have left, it throws only what proves that nothing was done. */
export async function askOnce<C extends WalletCall>(
  connection: Connection,
  signal: AbortSignal | undefined,
  unknown: () => Answer<C>,
  name: C,
  ...request: Parameters<WalletService[C]>
): Promise<Answer<C>> {
  if (signal?.aborted === true)
    throw new LightningError({
      code: 'unavailable',
      message: 'the call was aborted before anything was sent',
      hint: 'Call again.',
    })
  try {
    return await orAborted(connection.link().call(name, ...request), signal)
  } catch (error) {
    if (LightningError.is(error) && (error.sent === 'no' || REPEATED.includes(error.code))) throw error
    return unknown()
  }
}
