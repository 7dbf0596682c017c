import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServerFactory, type ServerNotifier } from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createEventBus, type FollowResources } from './event-bus.ts'
import { withImmediateFirstByte } from './event-stream.ts'
import { REFUSED, sendJsonRpcError } from './json-rpc-error.ts'

export interface McpRoutesOptions {
  /** Called once per request: whatever it makes is shared with no other request. */
  createServer: McpServerFactory
  authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>
  /** Tools that may wait for a payment: their answers are streams, so that bytes flow while they wait. */
  slowTools: ReadonlySet<string>
  followResources: FollowResources
  keepAliveMs: number
  onError: (error: Error) => void
}

export interface McpRoutes {
  /** Tells open subscriptions that something changed. */
  notify: ServerNotifier
  /** Ends subscription streams with their proper last message. */
  closeSubscriptions(): Promise<void>
  /** Aborts calls that are still under way. */
  abortCalls(): Promise<void>
}

interface JsonRpcCall {
  method?: unknown
  params?: { name?: unknown } | null
}

/**
 * `POST /mcp`, stateless, for both protocol eras. Three handlers over one factory differ only in how
 * an answer leaves: as one JSON body, as a stream from the start, or as a subscription that lives on.
 */
export const registerMcpRoutes = (app: FastifyInstance, options: McpRoutesOptions): McpRoutes => {
  const { createServer, authenticate, keepAliveMs, onError } = options
  const bus = createEventBus(options.followResources, onError)
  const make = (responseMode: 'auto' | 'sse') => {
    const handler = createMcpHandler(createServer, { bus, keepAliveMs, responseMode, onerror: onError })
    return { handler, answer: toNodeHandler(handler, { onerror: onError }) }
  }
  const quick = make('auto')
  const slow = make('sse')
  const subscriptions = make('auto')

  const choose = (body: unknown) => {
    const { method, params } = (body ?? {}) as JsonRpcCall
    if (method === 'tools/call')
      return typeof params?.name === 'string' && options.slowTools.has(params.name) ? slow : quick
    return method === 'subscriptions/listen' ? subscriptions : quick
  }

  app.post('/mcp', { onRequest: authenticate }, async (request, reply) => {
    reply.hijack()
    await choose(request.body).answer(
      request.raw as NodeIncomingMessageLike,
      withImmediateFirstByte(reply.raw),
      request.body,
    )
  })
  app.route({
    method: ['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'],
    url: '/mcp',
    onRequest: authenticate,
    handler: async (_request, reply) =>
      sendJsonRpcError(
        reply.header('allow', 'POST'),
        405,
        REFUSED,
        'Only POST is served here: this server keeps no sessions.',
      ),
  })

  return {
    notify: quick.handler.notify,
    closeSubscriptions: () => subscriptions.handler.close(),
    abortCalls: async () => {
      await Promise.all([quick.handler.close(), slow.handler.close()])
    },
  }
}
