import { ERROR_CODES, LightningError } from '@lightning-mcp/core'

/** What comes before a spending call: whatever goes wrong in it, the call itself was not made. */
export async function unsent<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asUnsent(error)
  }
}

/** Codes that are about the request itself, whatever they imply elsewhere. */
const TOLD_AS_IS: ReadonlySet<string> = new Set([
  'not_found',
  'already_exists',
  'in_progress',
  'already_paid',
])

/** An error from before anything was sent, saying so by its code as well. */
export function asUnsent(error: unknown): LightningError {
  if (!LightningError.is(error))
    return new LightningError({
      code: 'unavailable',
      message: 'the call was canceled before anything was sent',
      hint: 'Ask again if it is still wanted.',
      retry: 'safe',
      sent: 'no',
      cause: error,
    })
  const { code, message, hint, retry, backend } = error
  const doubtful = ERROR_CODES[code].sent !== 'no' && !TOLD_AS_IS.has(code)
  return new LightningError({
    code: doubtful ? 'unavailable' : code,
    message,
    retry: doubtful ? 'after-delay' : retry,
    sent: 'no',
    ...(hint === undefined ? {} : { hint }),
    ...(backend === undefined ? {} : { backend }),
    cause: error,
  })
}
