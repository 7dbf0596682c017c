import { setImmediate as turn } from 'node:timers/promises'
import { LightningError } from '@lightning-mcp/core'
import type { LndClient } from './client.ts'
import { findErrorRule, mapLndError } from './errors.ts'

/** What became of a request that changes something: LND's answer, or why nobody can tell. */
export type Sent<T> = { reply: T } | { detail: string }

/**
 * Sends a request that must never be made twice. Throws where nothing was sent, or where LND's answer
 * proves that it did nothing; every other doubt is told, and left to whoever can look.
 */
export async function sendOnce<T>(
  client: LndClient,
  signal: AbortSignal | undefined,
  send: () => Promise<T>,
): Promise<Sent<T>> {
  await readyToSend(client, signal)
  try {
    return { reply: await send() }
  } catch (error) {
    if (findErrorRule(error)?.refusesUnrecorded) throw mapLndError(error)
    if (signal?.aborted) return { detail: 'LND was not waited for' }
    const { message, backend } = mapLndError(error)
    return { detail: backend?.message === undefined ? message : `${message}: ${backend.message}` }
  }
}

/** Waits for a connection. Throws only with `sent: 'no'`. */
export async function readyToSend(client: LndClient, signal: AbortSignal | undefined): Promise<void> {
  try {
    // a connection that has just broken is seen as broken some turns later: better before sending than after
    for (let turns = 0; turns < 4; turns++) await turn()
    await client.ready(signal)
    signal?.throwIfAborted()
  } catch (error) {
    if (LightningError.is(error)) throw error
    throw new LightningError({
      code: 'unavailable',
      message: 'the request was canceled before anything was sent',
      retry: 'safe',
      sent: 'no',
      cause: error,
    })
  }
}
