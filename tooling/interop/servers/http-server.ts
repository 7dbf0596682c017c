import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { serverCommand } from './commands.ts'

export interface HttpServer {
  url: string
  process: ChildProcess
  /** All that it has said on stderr so far. */
  stderr(): string
  /** Resolves once stderr matches. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends a signal and answers how the process ended. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface HttpServerOptions {
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
}

const LISTENING = /"url":"(http:[^"]+)"/

/** Starts `lightning-mcp-http` as a process of its own; on a free port unless one is given. */
export const startHttpServer = async (options: HttpServerOptions = {}): Promise<HttpServer> => {
  const server = launchHttpServer(options)
  const [, url = ''] = await server.said(LISTENING)
  return { ...server, url }
}

/** The same without waiting for it to listen, for starts that are meant to fail. */
export const launchHttpServer = ({ args = [], env = {} }: HttpServerOptions): Omit<HttpServer, 'url'> => {
  const port = args.some((arg) => arg.startsWith('--port')) ? [] : ['--port', '0']
  const { command, args: all, env: environment } = serverCommand('http', [...port, ...args], env)
  const child = spawn(command, all, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (const check of waiting) check()
    })
  const ended = once(child, 'close').then(([code, signal]) => {
    for (const check of waiting) check()
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  return {
    process: child,
    stderr: () => text,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = pattern.exec(text)
          if (match === null && child.exitCode === null && child.signalCode === null) return
          waiting.delete(check)
          if (match !== null) resolve(match)
          else reject(new Error(`the server ended before it said ${pattern}:\n${text}`))
        }
        waiting.add(check)
        check()
      }),
    end: (signal) => {
      if (signal !== undefined) child.kill(signal)
      return ended
    },
  }
}
