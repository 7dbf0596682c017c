import { loadConfig } from '@lightning-mcp/config'
import { createLog, openRuntime } from '@lightning-mcp/runtime'
import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type ToolAnswer, toAnswer } from '../clients/mcp-client.ts'

export interface ServerSettings {
  /** As on the command line. */
  settings: readonly string[]
  env: Readonly<Record<string, string>>
  /** Stands for the user's home: what is kept lies below it. */
  home: string
}

/** A server composed as the stdio program does it, in this process, with a real MCP client on it. */
export interface InProcessServer {
  call(name: string, args?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>
  tools(): Promise<readonly string[]>
  /** Everything that was logged, at the most talkative level. */
  log(): string
  stop(): Promise<void>
}

export async function startInProcess({ settings, env, home }: ServerSettings): Promise<InProcessServer> {
  const config = await loadConfig({
    argv: settings,
    env: { HOME: home, LIGHTNING_MCP_LOG_LEVEL: 'debug', ...env },
    cwd: home,
    app: 'stdio',
  })
  const lines: string[] = []
  const log = createLog({ level: config.logLevel, write: (line) => void lines.push(line) })
  const runtime = await openRuntime(config, { log, version: '0.0.0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  const server = serveStdio(() => runtime.face.createServer(), { transport: far })
  const client = new Client(
    { name: 'in-process', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  await client.connect(near)
  return {
    call: async (name, args = {}) => toAnswer(await client.callTool({ name, arguments: { ...args } })),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    log: () => lines.join(''),
    async stop() {
      await client.close()
      await server.close()
      await runtime.close()
    },
  }
}
