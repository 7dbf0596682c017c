import { connect, type Socket } from 'node:net'

/** A connection to the daemon's socket, in the raw. */
export interface RawConnection {
  readonly socket: Socket
  /** Sends one call; answers the reply as text, exactly as it was written. */
  ask(method: string, params?: unknown, more?: Readonly<Record<string, unknown>>): Promise<string>
}

export function dial(path: string): RawConnection {
  const socket = connect(path)
  const waiting = new Map<number, (text: string) => void>()
  let next = 0
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const reply = text.slice(0, end)
      text = text.slice(end + 2)
      waiting.get((JSON.parse(reply) as { id: number }).id)?.(reply)
    }
  })
  return {
    socket,
    ask: (method, params = {}, more = {}) =>
      new Promise((resolve) => {
        next += 1
        waiting.set(next, resolve)
        socket.write(JSON.stringify({ jsonrpc: '2.0', id: next, method, params, ...more }))
      }),
  }
}
