import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture } from './captured.ts'

type Params = Record<string, unknown>
/** What the node answers: a result, or an error by {@link fail}. */
type Answer = unknown
type Handler = (params: Params, call: ScriptedCall) => Answer | Promise<Answer>

export interface ScriptedCall {
  method: string
  params: Params
  socket: Socket
}

class Failure {
  readonly error: object
  constructor(error: object) {
    this.error = error
  }
}

/** JSON as it is: with integers that JSON.stringify would round. */
export class RawResult {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const fail = (code: number, message: string, data?: unknown): Failure =>
  new Failure({ code, message, ...(data === undefined ? {} : { data }) })

/** Never answers, as a held HTLC does. */
export const silence = (): Promise<never> => new Promise(() => {})

export interface ScriptedNode {
  socket: string
  calls: ScriptedCall[]
  sockets: Set<Socket>
  /** Replaces the answer to one method. */
  on(method: string, handler: Handler): void
  called(method: string): ScriptedCall[]
  close(): Promise<void>
}

/** A lightning-rpc that answers what the test says, in the real framing; getinfo and help are captured ones. */
export async function startScriptedNode(): Promise<ScriptedNode> {
  const folder = mkdtempSync(join(tmpdir(), 'cln-'))
  const socket = join(folder, 'lightning-rpc')
  const handlers = new Map<string, Handler>([
    ['getinfo', () => capture('getinfo-channels').result],
    ['help', () => capture('help-all').result],
    ['listpays', () => ({ pays: [] })],
    ['listsendpays', () => ({ payments: [] })],
  ])
  const calls: ScriptedCall[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((connection) => {
    sockets.add(connection)
    connection.on('close', () => sockets.delete(connection))
    connection.on('error', () => {})
    let text = ''
    connection.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      for (const request of requestsIn(text)) {
        text = text.slice(request.length)
        void answer(connection, JSON.parse(request) as { id: number; method: string; params: Params })
      }
    })
  })
  const answer = async (
    connection: Socket,
    { id, method, params }: { id: number; method: string; params: Params },
  ): Promise<void> => {
    const call = { method, params, socket: connection }
    calls.push(call)
    const handler = handlers.get(method)
    const result =
      handler === undefined ? fail(-32601, `Unknown command '${method}'`) : await handler(params, call)
    if (connection.destroyed) return
    const body =
      result instanceof Failure
        ? `"error":${JSON.stringify(result.error)}`
        : `"result":${result instanceof RawResult ? result.text : JSON.stringify(result)}`
    connection.write(`{"jsonrpc":"2.0","id":${id},${body}}\n\n`)
  }
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    socket,
    calls,
    sockets,
    on: (method, handler) => handlers.set(method, handler),
    called: (method) => calls.filter((call) => call.method === method),
    async close() {
      for (const connection of sockets) connection.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whole JSON objects at the start of a text: requests come without anything between them. */
function requestsIn(text: string): string[] {
  const found: string[] = []
  let depth = 0
  let start = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) {
      found.push(text.slice(start, index + 1))
      start = index + 1
    }
  }
  return found
}
