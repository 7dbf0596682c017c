import { isIP } from 'node:net'
import { LightningError } from '@lightning-mcp/core'
import type { Wire } from './client.ts'
import { EclairFault, mapEclairError } from './errors.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000
const MAX_FRAME_BYTES = 10 * 1024 * 1024

export interface EventSocketOptions {
  wire: Wire
  signal: AbortSignal
  /** Eclair drops a socket that was silent for 61 seconds, without a word. */
  pingMs: number
  opened(): void
  /** A frame as JSON; what is none is not told. */
  received(frame: unknown): void
}

/**
 * One `/ws` of Eclair, from its opening to its end: resolves when it has ended for whatever reason.
 * Rejects where another try would fare the same: `unauthenticated`, `permission_denied`, `unsupported`.
 */
export async function followSocket(options: EventSocketOptions): Promise<void> {
  const { wire, signal, pingMs, opened, received } = options
  const { WebSocket } = await import('ws')
  if (signal.aborted) return
  const { url, certificate } = wire.connection
  const address = new URL(url)
  address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  address.pathname = `${url.pathname.replace(/\/$/, '')}/ws`
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const socket = new WebSocket(address, {
    headers: { authorization: wire.authorization },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
    rejectUnauthorized: true,
    ...(certificate === undefined ? {} : { ca: certificate }),
    // TLS takes no address as the name of a server
    ...(isIP(hostname) === 0 ? {} : { servername: '' }),
  })
  const ended = Promise.withResolvers<void>()
  /** Whether the last ping was answered; only asked of a server that has answered one before. */
  let answered = true
  let answers = false
  const beat = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (answers && !answered) return socket.terminate()
    answered = false
    socket.ping()
  }, pingMs)
  beat.unref()
  const stop = (): void => socket.terminate()
  signal.addEventListener('abort', stop, { once: true })
  socket.on('open', opened)
  socket.on('pong', () => {
    answers = true
    answered = true
  })
  socket.on('message', (data, isBinary) => {
    answered = true
    if (isBinary) return
    let frame: unknown
    try {
      frame = JSON.parse(String(data))
    } catch {
      return
    }
    received(frame)
  })
  socket.on('unexpected-response', (request, { statusCode = 0 }) => {
    request.destroy()
    const refusal = refusalOf(statusCode)
    if (refusal === undefined) ended.resolve()
    else ended.reject(refusal)
  })
  // without a listener an error would end the process; a close follows it
  socket.on('error', () => {})
  socket.on('close', () => ended.resolve())
  try {
    await ended.promise
  } finally {
    clearInterval(beat)
    signal.removeEventListener('abort', stop)
    socket.terminate()
  }
}

/** Statuses that mean the same the next time. */
function refusalOf(status: number): LightningError | undefined {
  if (status === 404)
    return new LightningError({
      code: 'unsupported',
      message: 'there is no event socket at ECLAIR_URL',
      hint: 'Let the proxy before Eclair pass /ws, with its upgrade.',
    })
  return status === 401 || status === 403
    ? mapEclairError(new EclairFault({ kind: 'refused', status, sent: true }))
    : undefined
}
