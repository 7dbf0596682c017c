import type { WalletCall, WalletLink, WalletService } from './wallet-service.ts'

/** The way to the node, opened when first needed. */
export interface Connection {
  link(): Promise<WalletLink>
}

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

/** Asks the wallet's node for something that is safe to stop waiting for. */
export async function ask<C extends WalletCall>(
  connection: Connection,
  signal: AbortSignal | undefined,
  name: C,
  ...request: Parameters<WalletService[C]>
): Promise<Awaited<ReturnType<WalletService[C]>>> {
  signal?.throwIfAborted()
  const link = await orAborted(connection.link(), signal)
  return orAborted(link.call(name, ...request), signal)
}
