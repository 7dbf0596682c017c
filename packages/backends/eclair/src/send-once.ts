import { setImmediate as turn } from 'node:timers/promises'
import { ERROR_CODES, LightningError } from '@lightning-mcp/core'
import type { CallSettings, EclairClient, Form } from './client.ts'
import { EclairFault, findErrorRule, mapEclairError } from './errors.ts'

/** What a request that may cost money came to. */
export type SentOnce =
  | { kind: 'answered'; answer: unknown }
  /** Refused with a status: `words` are for matching a text that is known to mean that nothing was done. */
  | { kind: 'refused'; words: string; shown: string }
  /** No answer, or none that can be read. */
  | { kind: 'lost' }

/**
 * Makes a call that may cost money, once. Throws, with `sent: 'no'`, only where Eclair has not got the
 * request or says that it refused it while reading it.
 */
export async function sendOnce(
  client: EclairClient,
  method: string,
  form: Form,
  settings: CallSettings,
): Promise<SentOnce> {
  // a connection that has just broken is seen as broken some turns later: better before sending than after
  for (let turns = 0; turns < 4; turns++) await turn()
  await client.sameNode(settings.signal).catch((error: unknown) => {
    throw beforeSending(error, settings.signal)
  })
  try {
    return { kind: 'answered', answer: await client.post(method, form, settings) }
  } catch (error) {
    if (!(error instanceof EclairFault) || !error.sent || findErrorRule(error)?.refusesUnrecorded === true)
      throw beforeSending(error, settings.signal)
    return error.kind === 'refused'
      ? { kind: 'refused', words: error.text, shown: error.words }
      : { kind: 'lost' }
  }
}

/** What comes before a call that may cost money: whatever goes wrong in it, that call was not made. */
export async function unsent<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw beforeSending(error, signal)
  }
}

/** Codes that are about the request itself, whatever they imply elsewhere. */
const TOLD_AS_IS: ReadonlySet<string> = new Set([
  'not_found',
  'already_exists',
  'in_progress',
  'already_paid',
])

/** An error from before anything could have been sent, saying so, by its code as well. */
export function beforeSending(error: unknown, signal: AbortSignal | undefined): LightningError {
  if (signal?.aborted)
    return new LightningError({
      code: 'unavailable',
      message: 'the request was canceled before anything was sent',
      hint: 'Ask again if it is still wanted.',
      retry: 'safe',
      sent: 'no',
      cause: error,
    })
  const mapped = mapEclairError(error)
  const doubtful = ERROR_CODES[mapped.code].sent !== 'no' && !TOLD_AS_IS.has(mapped.code)
  return new LightningError({
    code: doubtful ? 'unavailable' : mapped.code,
    message: mapped.message,
    retry: mapped.retry === 'after-lookup' ? 'after-delay' : mapped.retry,
    sent: 'no',
    ...(mapped.hint === undefined ? {} : { hint: mapped.hint }),
    ...(mapped.backend === undefined ? {} : { backend: mapped.backend }),
    ...(mapped.cause === undefined ? {} : { cause: mapped.cause }),
  })
}
