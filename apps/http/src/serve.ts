import { join } from 'node:path'
import type { Config } from '@lightning-mcp/config'
import { openRuntime, type Runtime } from '@lightning-mcp/runtime'
import { decideAccess, isLoopback } from './access-policy.ts'
import { type BearerToken, hashToken } from './bearer-token.ts'
import { createHttpApp, type HttpApp } from './http-app.ts'
import { createServerLog, toRuntimeLog } from './server-log.ts'
import { slowTools } from './slow-tools.ts'
import { StartError } from './start-error.ts'
import { loadTokenFile } from './token-file.ts'
import { createReadiness } from './wallet-readiness.ts'

/** Calls under way get this long to answer, and the whole end takes no longer than the other. */
const CALLS_GRACE_MS = 5_000
const STOP_LIMIT_MS = 9_000

export interface Server {
  readonly url: string
  /** Ends within ten seconds; `false`: something had to be left behind. */
  stop(): Promise<boolean>
}

export interface ServeRequest {
  config: Config
  version: string
  stderr: NodeJS.WritableStream
}

/** Starts everything that a configuration describes. Throws {@link StartError} with plain words. */
export const serve = async ({ config, version, stderr }: ServeRequest): Promise<Server> => {
  const logger = createServerLog(config.logLevel, stderr)
  for (const warning of config.warnings) logger.warn(warning)
  const token = await findToken(config, stderr)
  const { port, behindProxy, allowedHosts, allowedOrigins } = config.http
  const host = config.http.host.replace(/^\[(.*)\]$/, '$1')

  const runtime = await openRuntime(withoutToken(config), { log: toRuntimeLog(logger), version })
  const app = createHttpApp({
    createServer: runtime.face.createServer,
    ...(token === undefined ? {} : { token }),
    allowedHosts: isUnspecified(host) ? allowedHosts : [host, ...allowedHosts],
    allowedOrigins,
    behindProxy,
    slowTools: slowTools(runtime.face),
    followResources: runtime.face.onResourceChange,
    readiness: createReadiness({
      wallet: runtime.wallet,
      showMessages: isLoopback(host) && !behindProxy,
    }),
    logger,
  })
  const address = await listen(app, { host, port }).catch(async (error: unknown) => {
    await runtime.close()
    throw error
  })
  runtime.startInBackground()
  const url = `${address}/mcp`
  logger.info({ url, backend: config.backend.name, tokenNeeded: token !== undefined }, 'listening')
  return { url, stop: () => stop(app, runtime) }
}

const findToken = async (config: Config, stderr: NodeJS.WritableStream): Promise<BearerToken | undefined> => {
  const isSimulator = config.backend.name === 'simulator'
  const { host, behindProxy, token, tokenFile } = config.http
  const folder = config.dataDir ?? (isSimulator ? undefined : config.stateDir)
  const path = tokenFile ?? (folder === undefined ? undefined : join(folder, 'http-token'))
  const { tokenNeeded } = decideAccess({
    host,
    behindProxy,
    isSimulator,
    // naming a file asks for a token as plainly as giving one
    hasToken: token !== undefined || tokenFile !== undefined,
    hasTokenFile: path !== undefined,
  })
  if (token !== undefined) return hashToken(token.reveal())
  if (!tokenNeeded || path === undefined) return undefined
  return loadTokenFile(path, (made) => {
    stderr.write(
      [
        'A bearer token was made for this server. It is shown only now:',
        '',
        `  ${made}`,
        '',
        'Clients send it as the header "Authorization: Bearer TOKEN".',
        `Only its hash is kept, in ${path}. For a new one, delete that file and start again.`,
        '',
      ].join('\n'),
    )
  })
}

/** Nothing but the guard needs the token, and that one only its hash. */
const withoutToken = (config: Config): Config => {
  const { token: _, ...http } = config.http
  return { ...config, http }
}

const LISTEN_ERRORS: Readonly<Record<string, (address: string) => string>> = {
  EADDRINUSE: (address) =>
    `${address} is taken by another program, perhaps by an earlier start of this server. End that one, or choose another port with --port.`,
  EACCES: (address) => `this user may not listen on ${address}. Choose a port above 1023 with --port.`,
  EADDRNOTAVAIL: (address) => `${address} is no address of this machine. Choose another one with --host.`,
  ENOTFOUND: (address) => `${address} is no address of this machine. Choose another one with --host.`,
}

const listen = async (app: HttpApp, address: { host: string; port: number }): Promise<string> => {
  try {
    return await app.listen(address)
  } catch (error) {
    await app.close()
    const shown = `${address.host}:${address.port}`
    const message = LISTEN_ERRORS[(error as NodeJS.ErrnoException).code ?? '']?.(shown)
    throw new StartError(message ?? `cannot listen on ${shown}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

const isUnspecified = (host: string): boolean => ['0.0.0.0', '::'].includes(host)

/**
 * The wallet stops at once: it brings what is being sent into a durable state and tells every call that
 * waits what stands, so that calls end by themselves within the time they are given.
 */
const stop = async (app: HttpApp, runtime: Runtime): Promise<boolean> => {
  const ended = Promise.all([app.close({ graceMs: CALLS_GRACE_MS }), runtime.close()]).then(() => true)
  const timer = AbortSignal.timeout(STOP_LIMIT_MS)
  const overdue = new Promise<false>((resolve) => timer.addEventListener('abort', () => resolve(false)))
  return Promise.race([ended, overdue])
}
