import { isIPv4 } from 'node:net'
import { StartError } from './start-error.ts'

export interface AccessRequest {
  /** Address to listen on. */
  host: string
  behindProxy: boolean
  /** True for the built-in simulator alone: it has no real money. */
  isSimulator: boolean
  /** A token was given in the environment, or a file for one was named. */
  hasToken: boolean
  /** There is a file for the hash of a token. */
  hasTokenFile: boolean
}

export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '')
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}

/**
 * Whether callers must show a token. On loopback too: any local user could spend otherwise. Only the
 * simulator on loopback goes without. Throws {@link StartError} for a way of listening that is refused.
 */
export const decideAccess = (request: AccessRequest): { tokenNeeded: boolean } => {
  const isPublic = !isLoopback(request.host) || request.behindProxy
  if (!isLoopback(request.host) && !request.behindProxy)
    throw new StartError(
      `listening on ${request.host} is refused: the token and all payments would cross the network unencrypted. ` +
        'Keep 127.0.0.1, or put a reverse proxy with TLS in front and start with --behind-proxy.',
    )
  const tokenNeeded = request.hasToken || isPublic || !request.isSimulator
  if (tokenNeeded && !request.hasToken && !request.hasTokenFile)
    throw new StartError(
      'a server that others can reach needs a token. Set LIGHTNING_MCP_TOKEN, or give --data-dir so that one is made and its hash kept there.',
    )
  return { tokenNeeded }
}
