import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** How the tests start the program from its sources. */
export const nodeArguments = (args: readonly string[]): string[] => [
  '--conditions=development',
  '--disable-warning=ExperimentalWarning',
  MAIN,
  ...args,
]

export interface Answer {
  id?: number
  result?: Record<string, unknown> & { structuredContent?: Record<string, unknown>; isError?: boolean }
  error?: { code: number; message: string }
}

export interface Notification {
  method: string
  params?: Record<string, unknown>
}

export interface ServerOptions {
  /** Arguments of Node that start another build of the program. */
  program?: readonly string[]
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  cwd?: string
}

/**
 * The program as a process of its own, spoken to in plain JSON-RPC lines, so that a test sees every
 * byte on stdout and can end it in any way.
 */
export class ServerProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  stdout = ''
  stderr = ''
  readonly notifications: Notification[] = []
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #watchers = new Set<() => void>()
  #nextId = 1
  #partial = ''

  constructor({ args = ['--backend', 'simulator'], env = {}, cwd, program }: ServerOptions = {}) {
    this.child = spawn(
      process.execPath,
      program === undefined ? nodeArguments(args) : [...program, ...args],
      {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: '/nonexistent',
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
          ...env,
        },
        ...(cwd === undefined ? {} : { cwd }),
      },
    )
    this.exited = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        resolve({ code, signal })
        for (const tell of this.#watchers) tell()
      })
    })
    this.child.stdin.on('error', () => undefined)
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      for (const tell of this.#watchers) tell()
    })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text))
  }

  #read(text: string): void {
    this.stdout += text
    const lines = (this.#partial + text).split('\n')
    this.#partial = lines.pop() ?? ''
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer)
      else this.notifications.push(answer as Notification)
    }
    for (const tell of this.#watchers) tell()
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  /** Rejects where the process ends before it answers. */
  async request(method: string, params: object = {}): Promise<Answer> {
    const id = this.#nextId++
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
    this.send({ id, method, params })
    const ended = this.exited.then(({ code, signal }) => {
      throw new Error(`the server ended (${code ?? signal}) during ${method}: ${this.stderr}`)
    })
    return Promise.race([answered, ended])
  }

  async initialize(): Promise<Answer> {
    const answer = await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    })
    this.send({ method: 'notifications/initialized' })
    return answer
  }

  /** The result of a tool, failed or not. */
  async call(name: string, args: Record<string, unknown> = {}): Promise<NonNullable<Answer['result']>> {
    const { result, error } = await this.request('tools/call', { name, arguments: args })
    if (result === undefined) throw new Error(`${name}: ${error?.message}`)
    return result
  }

  /** The structured result of a tool that must succeed. */
  async data(name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const result = await this.call(name, args)
    if (result.isError === true)
      throw new Error(`${name} failed: ${JSON.stringify(result.structuredContent)}`)
    return result.structuredContent ?? {}
  }

  /** Waits until it holds, which is looked at whenever the process has said or done something. */
  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (holds()) resolve()
        else if (this.child.exitCode !== null || this.child.signalCode !== null)
          reject(new Error(`the server ended too early: ${this.stderr}`))
        else return
        this.#watchers.delete(check)
      }
      this.#watchers.add(check)
      check()
    })
  }

  /** Ends it as a client does, and answers how it went. */
  async end(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.stdin.end()
    return this.exited
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exited
  }
}
