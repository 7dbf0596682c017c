import { createHttpApp, type HttpApp } from 'lightning-mcp-http'
import { createFixtureServer } from './fixture-server.ts'

/** The fixture on the HTTP app that the wallet is served by; answers the URL of its MCP endpoint. */
export const serveFixture = async (): Promise<{ url: string; app: HttpApp }> => {
  const app: HttpApp = createHttpApp({ createServer: () => createFixtureServer(() => app.notify) })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: `${address}/mcp`, app }
}
