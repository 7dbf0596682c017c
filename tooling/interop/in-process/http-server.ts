import { PassThrough } from 'node:stream'
import { loadConfig } from '@lightning-mcp/config'
import { serve } from '../../../apps/http/src/serve.ts'
import type { ServerSettings } from './server.ts'

/** The HTTP program in this process. */
export interface InProcessHttpServer {
  /** Of MCP. */
  readonly url: string
  readonly token: string
  /** Everything that it wrote to stderr, at the most talkative level. */
  stderr(): string
  stop(): Promise<void>
}

export async function serveInProcess({ settings, env, home }: ServerSettings): Promise<InProcessHttpServer> {
  const token = 'a-token-for-tests-only-0123456789'
  const config = await loadConfig({
    argv: [...settings, '--port', '0'],
    env: { HOME: home, LIGHTNING_MCP_LOG_LEVEL: 'debug', LIGHTNING_MCP_TOKEN: token, ...env },
    cwd: home,
    app: 'http',
  })
  const stderr = new PassThrough()
  let written = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  const server = await serve({ config, version: '0.0.0', stderr })
  return {
    url: server.url,
    token,
    stderr: () => written,
    stop: async () => void (await server.stop()),
  }
}
