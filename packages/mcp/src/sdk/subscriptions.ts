import {
  type McpRequestContext,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import type { FaceCore } from '../face-core.ts'
import type { ResourceChanges } from '../resources/changes.ts'
import { isResourceUri } from '../resources/resources.ts'
import { isModern } from './protocol-era.ts'

/** What the SDK tells a factory about the connection or request that the server is for. */
export type ServerRequestContext = McpRequestContext

/** Following the wallet opens it; a client that has just connected wants its lists first. */
const LISTEN_DELAY_MS = 250

const MAX_SUBSCRIPTIONS = 1_000

/**
 * Lets a client follow resources where that can work, and says whether it can.
 * Over HTTP a server lives for one request: 2026-07-28 listens through the app's own bus (see
 * `McpFace.onResourceChange`), older revisions have no stream to be told on. On a connection that lasts,
 * 2026-07-28 is told everything and the SDK filters; older revisions subscribe URI by URI.
 */
export function serveSubscriptions(
  mcp: McpServer,
  core: FaceCore,
  context: ServerRequestContext | undefined,
): boolean {
  if (core.changes === undefined) return false
  if (context?.requestInfo !== undefined) return context.era === 'modern'
  serveConnection(mcp, core.changes)
  return true
}

function serveConnection({ server }: McpServer, changes: ResourceChanges): void {
  const wanted = new Set<string>()
  let stop: (() => void) | undefined
  const listen = () => {
    stop ??= changes.listen((uri) => {
      if (isModern(server) || wanted.has(uri)) server.sendResourceUpdated({ uri }).catch(() => {})
    })
  }
  const unlisten = () => {
    stop?.()
    stop = undefined
  }

  // `subscriptions/listen` is answered by the SDK and never reaches this server
  const timer = setTimeout(() => {
    if (isModern(server) && server.transport !== undefined) listen()
  }, LISTEN_DELAY_MS)
  timer.unref()
  server.onclose = () => {
    clearTimeout(timer)
    unlisten()
  }

  server.registerCapabilities({ resources: { subscribe: true } })
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
    if (!isResourceUri(uri) || wanted.size >= MAX_SUBSCRIPTIONS)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'This resource cannot be subscribed to.')
    wanted.add(uri)
    changes.note(uri)
    listen()
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    wanted.delete(uri)
    if (wanted.size === 0) unlisten()
    return {}
  })
}
