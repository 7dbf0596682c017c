import type { ServerContext } from '@modelcontextprotocol/server'

/** Told while nothing else happens, so that a client which waits for news does not give up. */
const HEARTBEAT_MS = 10_000

/** Progress notifications of one call; undefined if the client did not ask for any. */
export function progressTo(
  ctx: ServerContext,
): { tell: (message: string) => void; end: () => void } | undefined {
  const progressToken = ctx.mcpReq._meta?.progressToken
  if (progressToken === undefined) return undefined
  let progress = 0
  let last = 'waiting'
  const send = (message: string) => {
    if (ctx.mcpReq.signal.aborted) return
    progress += 1
    // a notification that cannot be delivered changes nothing: the answer tells the outcome
    ctx.mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
      .catch(() => {})
  }
  const heartbeat = setInterval(() => send(last), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    tell(message) {
      last = message
      send(message)
    },
    end: () => clearInterval(heartbeat),
  }
}
