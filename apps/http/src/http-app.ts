import type { McpServerFactory, ServerNotifier } from '@modelcontextprotocol/server'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  LogController,
} from 'fastify'
import { type AddressGuardOptions, createAddressGuard } from './address-guard.ts'
import type { BearerToken } from './bearer-token.ts'
import type { FollowResources } from './event-bus.ts'
import { type Readiness, registerHealthRoutes } from './health-routes.ts'
import { installJsonParser } from './json-body.ts'
import { INTERNAL_ERROR, PARSE_ERROR, REFUSED, sendJsonRpcError } from './json-rpc-error.ts'
import { registerMcpRoutes } from './mcp-routes.ts'
import { createTokenGuard } from './token-guard.ts'

export interface HttpLimits {
  /** Larger bodies are answered 413. Default 1 MiB. */
  bodyBytes?: number
  /** For the whole head of a request. Default 15 s. */
  headersTimeoutMs?: number
  /** For head and body of a request to arrive. Default 30 s. */
  requestTimeoutMs?: number
  /** How long an idle connection is kept. Default 75 s: Node's own 5 s cuts clients off between two calls. */
  keepAliveTimeoutMs?: number
  /** How often Node looks for overdue requests. Default 5 s. */
  checkIntervalMs?: number
}

export interface HttpAppOptions extends AddressGuardOptions {
  /** Makes the MCP server of one request. */
  createServer: McpServerFactory
  /** What callers must present; absent: nothing. */
  token?: BearerToken
  readiness?: () => Promise<Readiness>
  /** Tools that may take longer than a proxy's patience. */
  slowTools?: Iterable<string>
  /** Where subscribers learn of changed resources from, beside `notify`. */
  followResources?: FollowResources
  /** Comments on idle streams. Default 15 s. */
  keepAliveMs?: number
  limits?: HttpLimits
  /** Callers come through a proxy: the log names the address that it forwards. */
  behindProxy?: boolean
  logger?: FastifyBaseLogger
}

export interface HttpApp {
  readonly fastify: FastifyInstance
  readonly notify: ServerNotifier
  /** Answers the address that clients use. */
  listen(address: { host: string; port: number }): Promise<string>
  /**
   * Takes no new calls, ends subscriptions, gives calls under way `graceMs` to answer and then cuts
   * them off. What a cut-off call has sent is on record: that is the wallet's part.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

/** Error codes of Fastify that are the caller's doing, with what to tell them. */
const CALLER_ERRORS: Readonly<Record<string, { status: number; code: number; message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: REFUSED, message: 'The request body is too large.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: REFUSED,
    message: 'The Content-Type must be application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: REFUSED,
    message: 'The body does not have the length that its head says.',
  },
}

/** The HTTP shell around any MCP server: guards, limits, health, orderly end. Knows no wallet. */
export const createHttpApp = (options: HttpAppOptions): HttpApp => {
  const { limits = {} } = options
  const http = {
    headersTimeout: limits.headersTimeoutMs ?? 15_000,
    connectionsCheckingInterval: limits.checkIntervalMs ?? 5_000,
  }
  const app = fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    http,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes ?? 1_048_576,
    requestTimeout: limits.requestTimeoutMs ?? 30_000,
    keepAliveTimeout: limits.keepAliveTimeoutMs ?? 75_000,
    forceCloseConnections: 'idle',
    trustProxy: options.behindProxy ?? false,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (_error, _request, reply) => {
      sendJsonRpcError(reply, 400, REFUSED, 'The URL could not be read. MCP is at POST /mcp.')
    },
  })
  let draining = false

  installJsonParser(app)
  app.addHook('onRequest', createAddressGuard(options))

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const known = CALLER_ERRORS[error.code]
    if (known !== undefined) return sendJsonRpcError(reply, known.status, known.code, known.message)
    if (error.name === 'UnreadableBodyError') return sendJsonRpcError(reply, 400, PARSE_ERROR, error.message)
    if (error.statusCode !== undefined && error.statusCode < 500)
      return sendJsonRpcError(reply, error.statusCode, REFUSED, 'The request could not be read.')
    request.log.error({ err: error }, 'request failed')
    return sendJsonRpcError(
      reply,
      500,
      INTERNAL_ERROR,
      'Internal error. The server keeps running; its log says more.',
    )
  })
  app.setNotFoundHandler((_request, reply) =>
    sendJsonRpcError(reply, 404, REFUSED, 'Nothing is served here. MCP is at POST /mcp.'),
  )

  registerHealthRoutes(app, async () => {
    if (draining) return { ready: false, checks: { server: 'shutting down' } }
    return (await options.readiness?.()) ?? { ready: true, checks: {} }
  })

  const mcp = registerMcpRoutes(app, {
    createServer: options.createServer,
    authenticate: createTokenGuard(options.token),
    slowTools: new Set(options.slowTools),
    followResources: options.followResources ?? (() => () => {}),
    keepAliveMs: options.keepAliveMs ?? 15_000,
    onError: (error) => app.log.debug({ err: error }, 'mcp request refused or failed'),
  })
  app.addHook('preClose', async () => {
    draining = true
    await mcp.closeSubscriptions()
  })

  return {
    fastify: app,
    notify: mcp.notify,
    listen: ({ host, port }) => app.listen({ host, port, listenTextResolver: () => 'http is up' }),
    async close({ graceMs = 5_000 } = {}) {
      const cutOff = setTimeout(() => {
        void mcp.abortCalls().finally(() => app.server.closeAllConnections())
      }, graceMs)
      try {
        await app.close()
      } finally {
        clearTimeout(cutOff)
      }
    },
  }
}
