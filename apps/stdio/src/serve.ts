import { type Config, ConfigError, type LoadConfigRequest, loadConfig } from '@lightning-mcp/config'
import { LightningError } from '@lightning-mcp/core'
import type { McpFace } from '@lightning-mcp/mcp'
import { createFailedFace, createLog, type Log, openRuntime, type Runtime } from '@lightning-mcp/runtime'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { endWithClient } from './end-with-client.ts'
import { guardStdout } from './guard-stdout.ts'
import { VERSION } from './version.ts'

/** A client asks for the tools right after the start; heavy parts are loaded once it has them. */
const BACKGROUND_DELAY_MS = 200

/** Serves MCP over stdin and stdout until the client is gone. */
export async function serve(request: LoadConfigRequest): Promise<void> {
  const stdout = guardStdout()
  const started = await start(request)
  const { face, runtime, log } = started
  const server = serveStdio(() => face.createServer(), {
    transport: new StdioServerTransport(process.stdin, stdout),
    onerror: (error) => log.warn(error.message),
  })
  const background = setTimeout(() => runtime?.startInBackground(), BACKGROUND_DELAY_MS)
  endWithClient({
    log,
    async close() {
      clearTimeout(background)
      await Promise.all([server.close(), runtime?.close()])
    },
  })
}

async function start(request: LoadConfigRequest): Promise<{ face: McpFace; runtime?: Runtime; log: Log }> {
  const write = (line: string): void => void process.stderr.write(line)
  let config: Config
  try {
    config = await loadConfig(request)
  } catch (error) {
    if (error instanceof ConfigError && error.isUsage) throw error
    const log = createLog({ level: 'info', write })
    log.error(`lightning-mcp could not start: ${error instanceof Error ? error.message : String(error)}`)
    return { face: createFailedFace({ error, version: VERSION }), log }
  }
  const log = createLog({ level: config.logLevel, write })
  for (const warning of config.warnings) log.warn(warning)
  let runtime: Runtime
  try {
    runtime = await openRuntime(config, { log, version: VERSION })
  } catch (error) {
    // a tool or toolset that does not exist
    if (!LightningError.is(error)) throw error
    log.error(`lightning-mcp could not start: ${error.message}`, { next: error.hint })
    return { face: createFailedFace({ error, version: VERSION }), log }
  }
  log.info(`lightning-mcp ${VERSION} is up`, { backend: config.backend.name })
  return { face: runtime.face, runtime, log }
}
