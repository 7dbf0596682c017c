import { connect, type Socket } from 'node:net'
import { LightningError, type LightningEvent } from '@lightning-mcp/core'
import {
  type ClientMessage,
  fromLine,
  fromWireError,
  lineReader,
  type ServerMessage,
  toLine,
} from './messages.ts'
import { resolveSocketPath } from './socket-path.ts'

type Question =
  | { do: 'call'; node: string; name: string; request: readonly unknown[] }
  | { do: 'control'; name: string; request: readonly unknown[] }
  | { do: 'subscribe'; node: string }

/** One open connection to a served network; useless once it broke. */
export interface NetworkConnection {
  /** Rejects with `sent: 'maybe'` if the connection breaks before the answer. */
  ask(question: Question): Promise<unknown>
  onEvent(listener: (event: LightningEvent) => void): void
  /** Resolves when the connection is over. */
  readonly over: Promise<void>
  close(): void
}

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: LightningError) => void
}

/** Connects, or throws `unavailable`: nothing was sent. */
export async function openConnection(socketPath: string): Promise<NetworkConnection> {
  const socket = await open(resolveSocketPath(socketPath))
  const waiting = new Map<number, Waiting>()
  const listeners = new Set<(event: LightningEvent) => void>()
  let lastId = 0
  const read = lineReader((line) => {
    const message = fromLine<ServerMessage>(line)
    if ('event' in message) for (const listener of listeners) listener(message.event)
    else {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) asked?.reject(fromWireError(message.error))
      else asked?.resolve(message.result)
    }
  })
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    try {
      read(chunk)
    } catch {
      socket.destroy()
    }
  })
  const over = new Promise<void>((resolve) => {
    socket.on('close', () => {
      for (const asked of waiting.values()) asked.reject(lost())
      waiting.clear()
      resolve()
    })
  })
  return {
    over,
    onEvent: (listener) => listeners.add(listener),
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(unreachable())
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        socket.write(toLine({ id: lastId, ...question } satisfies ClientMessage))
      }),
    close: () => socket.destroy(),
  }
}

const open = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.on('error', (error) => {
      socket.destroy()
      reject(unreachable(error))
    })
  })

const unreachable = (cause?: unknown): LightningError =>
  new LightningError({
    code: 'unavailable',
    message: 'the simulated network cannot be reached: nothing answers at its socket',
    hint: 'Start the network’s process, then try again.',
    cause,
  })

const lost = (): LightningError =>
  new LightningError({
    code: 'unavailable',
    message: 'the connection to the simulated network broke before it answered',
    hint: 'Look up what became of the call before you repeat it.',
    sent: 'maybe',
    retry: 'after-lookup',
  })
