import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../../src/index.ts'

/** An MCP server with tools that answer at once, on command, or never. */
export const createFixture = () => {
  let release: () => void = () => {}
  let entered: () => void = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const held = new Promise<void>((resolve) => {
    entered = resolve
  })
  const createServer = () => {
    const server = new McpServer(
      { name: 'fixture', version: '1.0.0' },
      { capabilities: { tools: { listChanged: true } } },
    )
    server.registerTool(
      'echo',
      { description: 'Says it back.', inputSchema: z.object({ text: z.string() }) },
      async ({ text }) => ({ content: [{ type: 'text', text: String(text.length) }] }),
    )
    server.registerTool('hold', { description: 'Waits to be released.' }, async () => {
      entered()
      await released
      return { content: [{ type: 'text', text: 'released' }] }
    })
    server.registerTool('crash', { description: 'Throws.' }, async () => {
      throw new Error('a bug')
    })
    return server
  }
  return { createServer, release, held }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export interface Call {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

/** A raw request: unlike `fetch` it may send any Host and wrong lengths. */
export const send = (port: number, call: Call = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        agent: false,
        method: call.method ?? 'POST',
        path: call.path ?? '/mcp',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...call.headers,
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(call.body)
  })

/** A tools/call of a 2025-era client; no session, no handshake. */
export const toolCall = (name: string, args: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } })

/** A call of a 2026-era client: its body and the headers that must agree with it. */
export const modernCall = (method: string, params: Record<string, unknown> = {}) => ({
  headers: {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}),
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method,
    params: {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      },
    },
  }),
})

/** Starts the app on a free port. */
export const startApp = async (
  options: Partial<HttpAppOptions> = {},
): Promise<{ app: HttpApp; port: number; fixture: ReturnType<typeof createFixture> }> => {
  const fixture = createFixture()
  const app = createHttpApp({ createServer: fixture.createServer, ...options })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, port: Number(new URL(address).port), fixture }
}
