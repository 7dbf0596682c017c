import type { FastifyReply, FastifyRequest } from 'fastify'
import { type BearerToken, isToken } from './bearer-token.ts'
import { REFUSED, sendJsonRpcError } from './json-rpc-error.ts'

/** Names under which people put credentials into a URL, where proxies and histories keep them. */
const CREDENTIAL_PARAMETERS = /[?&](?:access_?token|token|api_?key|key|auth|authorization|bearer)=/i

/** `Bearer` of any case, one or more spaces, a `b64token` of RFC 6750; capped before it is hashed. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]{1,512}=*) *$/i

const refuse = (reply: FastifyReply, challenge: string, message: string): FastifyReply => {
  reply.header('www-authenticate', `Bearer realm="lightning-mcp"${challenge}`)
  return sendJsonRpcError(reply, 401, REFUSED, message)
}

/**
 * Lets a request through if it carries the token; without a token to ask for, everything but a
 * credential in the URL.
 */
export const createTokenGuard =
  (token: BearerToken | undefined) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { url = '' } = request.raw
    if (url.includes('?') && CREDENTIAL_PARAMETERS.test(decodeLoosely(url)))
      return refuse(
        reply,
        ', error="invalid_request"',
        'A token in the URL is refused: it would end up in logs. Send it as the header "Authorization: Bearer …".',
      )
    if (token === undefined) return undefined
    const { authorization } = request.headers
    if (authorization === undefined)
      return refuse(
        reply,
        '',
        'A token is needed. Send the header "Authorization: Bearer …" with the token that the server printed at its first start.',
      )
    const presented = BEARER.exec(authorization)?.[1]
    if (presented === undefined || !isToken(token, presented)) {
      request.log.warn({ from: request.ip }, 'refused a wrong token')
      return refuse(
        reply,
        ', error="invalid_token"',
        'This is not the token that the server knows. Send "Authorization: Bearer …" with the one printed at its first start; for a new one, delete the file http-token in the data folder and restart.',
      )
    }
    return undefined
  }

const decodeLoosely = (url: string): string => {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
