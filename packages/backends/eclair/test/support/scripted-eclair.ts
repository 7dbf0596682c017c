import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answered, capture } from './captures.ts'

/** What is answered: JSON with status 200, a status and JSON, or whatever is written by hand. */
export type Answer =
  | { json: unknown; status?: number }
  | { by: (response: ServerResponse, socket: Socket) => void }

export type Form = Readonly<Record<string, string>>

/** Answers each call with what its script says, and remembers what was asked. */
export class ScriptedEclair {
  readonly calls: { method: string; form: Form }[] = []
  /** By method; the default answers come from the captures. */
  readonly script = new Map<string, (form: Form, times: number) => Answer | Promise<Answer>>([
    ['getinfo', () => ({ json: answered('getinfo') })],
    ['getsentinfo', () => ({ json: [] })],
  ])
  readonly password = 'correct horse'
  readonly #server: Server
  readonly #times = new Map<string, number>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<ScriptedEclair> {
    const server = createServer((request, response) => void eclair.#answer(request, response))
    const eclair = new ScriptedEclair(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return eclair
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length
  }

  /** One answer after the other; the last one stays. */
  answer(method: string, ...answers: readonly Answer[]): void {
    this.script.set(method, (_form, times) => answers[Math.min(times, answers.length) - 1]!)
    this.#times.delete(method)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += chunk
    const method = (request.url ?? '').slice(1)
    const form = Object.fromEntries(new URLSearchParams(body))
    this.calls.push({ method, form })
    const times = (this.#times.get(method) ?? 0) + 1
    this.#times.set(method, times)
    const authorized =
      request.headers.authorization === `Basic ${Buffer.from(`:${this.password}`).toString('base64')}`
    const scripted = authorized ? this.script.get(method) : () => capture('auth-wrong')
    const answer = await (scripted ?? (() => capture('unknown-path')))(form, times)
    if ('by' in answer) return answer.by(response, request.socket)
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer.json))
  }

  /** Cuts what is open; new connections work. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  async stop(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The connection ends without an answer. */
export const lost: Answer = { by: (_response, socket) => socket.destroy() }

export const text = (body: string, status = 200, type = 'application/json'): Answer => ({
  by: (response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(body)
  },
})
