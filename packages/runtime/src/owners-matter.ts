import { LightningError } from '@lightning-mcp/core'

/**
 * What keeps a server from starting, as an agent is told it. A wrong setting is `not_ready`: an agent
 * that reads `invalid_request` would look for the fault in its own arguments.
 */
export function asOwnersMatter(error: unknown): LightningError {
  const known = LightningError.is(error)
  if (known && error.code !== 'invalid_request') return error
  const hint = known ? error.hint : undefined
  return new LightningError({
    code: 'not_ready',
    message: `the server could not start: ${error instanceof Error ? error.message : String(error)}`,
    hint: `Tell the owner: ${hint ?? 'correct the settings and start the server again.'}`,
    cause: error,
  })
}
