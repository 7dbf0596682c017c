import { isIP } from 'node:net'
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { REFUSED, sendJsonRpcError } from './json-rpc-error.ts'

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

export interface AddressGuardOptions {
  /** Host names (no port; IPv6 in brackets) beside the loopback ones. */
  allowedHosts?: readonly string[]
  /** Origin host names, or `scheme://*` for browser extensions, beside the loopback ones. */
  allowedOrigins?: readonly string[]
}

/** A name as the lists keep it: `https://wallet.example.com:8443/` and `Wallet.Example.com` are both its host name. */
export const toHostname = (text: string): string => {
  if (text.endsWith('://*')) return text.toLowerCase()
  if (isIP(text) === 6) return `[${text.toLowerCase()}]`
  try {
    return new URL(text.includes('://') ? text : `http://${text}`).hostname
  } catch {
    return text.toLowerCase()
  }
}

/**
 * Refuses requests that a web page could have caused: a Host that is not ours (DNS rebinding) or an
 * Origin that is not on the list. Always on, on every route.
 */
export const createAddressGuard = (options: AddressGuardOptions = {}) => {
  const hosts = [...LOOPBACK_NAMES, ...(options.allowedHosts ?? []).map(toHostname)]
  const origins = [...LOOPBACK_NAMES, ...(options.allowedOrigins ?? []).map(toHostname)]
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { headers } = request
    if (!validateHostHeader(headers.host, hosts).ok)
      return sendJsonRpcError(
        reply,
        403,
        REFUSED,
        'This Host header is not on the list of allowed hosts. Use the address the server listens on, or start it with --allowed-hosts.',
      )
    if (headers.origin !== undefined && !validateOriginHeader(headers.origin, origins).ok)
      return sendJsonRpcError(
        reply,
        403,
        REFUSED,
        'This Origin is not on the list of allowed origins. Add its host name with --allowed-origins.',
      )
    return undefined
  }
}
