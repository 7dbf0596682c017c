import { LightningError } from '@lightning-mcp/core'
import { type Connection, orAborted } from './connection.ts'
import type { WalletCall, WalletService } from './wallet-service.ts'

type Answer<C extends WalletCall> = Awaited<ReturnType<WalletService[C]>>

/** Asks for something that costs money: once the question may have left, it throws only what proves that nothing was done. */
export async function orUnknown<C extends WalletCall>(
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
    })
  const link = await connection.link()
  try {
    return await orAborted(link.call(name, ...request), signal)
  } catch (error) {
    if (LightningError.is(error) && sentNothing(error)) throw error
    return unknown()
  }
}

/** A payment that was made before: this call sent nothing. */
const REPEATED: readonly string[] = ['already_paid', 'in_progress']

const sentNothing = (error: LightningError): boolean => error.sent === 'no' || REPEATED.includes(error.code)
