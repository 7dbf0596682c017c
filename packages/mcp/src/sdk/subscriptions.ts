import {
  type McpRequestContext,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import type { FaceCore } from '../face-core.ts'
import { isResourceUri } from '../resources/resources.ts'

/** What the SDK tells a factory about the connection or request that the server is for. */
export type ServerRequestContext = McpRequestContext

/**
 * Lets a client follow resources where that can work, and says whether it can.
 * Over HTTP a server lives for one request: 2026-07-28 listens through the app's own bus (see
 * `McpFace.onResourceChange`), older revisions have no stream to be told on. On a connection of its own,
 * 2026-07-28 is told everything and the SDK filters; older revisions subscribe URI by URI.
 */
export function serveSubscriptions(
  mcp: McpServer,
  core: FaceCore,
  context: ServerRequestContext | undefined,
): boolean {
  const { changes } = core
  if (changes === undefined) return false
  const overHttp = context?.requestInfo !== undefined
  if (overHttp) return context.era === 'modern'

  const { server } = mcp
  const tell = (uri: string) => {
    server.sendResourceUpdated({ uri }).catch(() => {})
  }
  if (context?.era === 'modern') {
    server.onclose = changes.listen(tell)
    return true
  }
  serveLegacy(mcp, changes.listen, tell)
  return true
}

const MAX_SUBSCRIPTIONS = 1_000

function serveLegacy(
  { server }: McpServer,
  listen: (listener: (uri: string) => void) => () => void,
  tell: (uri: string) => void,
): void {
  const wanted = new Set<string>()
  let stop: (() => void) | undefined
  server.onclose = () => stop?.()
  server.registerCapabilities({ resources: { subscribe: true } })
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
    if (!isResourceUri(uri) || wanted.size >= MAX_SUBSCRIPTIONS)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'This resource cannot be subscribed to.')
    wanted.add(uri)
    stop ??= listen((changed) => {
      if (wanted.has(changed)) tell(changed)
    })
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    wanted.delete(uri)
    if (wanted.size === 0) {
      stop?.()
      stop = undefined
    }
    return {}
  })
}
