import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { authorizationOf, type McpTestClient, type ServerPlace, toAnswer } from './mcp-client.ts'

/** `legacy`: the 2025 handshake; `auto`: asks first; `modern`: 2026-07-28 and nothing else. */
export type V2Mode = 'legacy' | 'auto' | 'modern'

/** The client of `@modelcontextprotocol/client` 2.x. */
export const connectV2 = async (place: ServerPlace, mode: V2Mode = 'modern'): Promise<McpTestClient> => {
  const client = new Client(
    { name: 'interop-v2', version: '1.0.0' },
    { versionNegotiation: { mode: mode === 'modern' ? { pin: '2026-07-28' } : mode } },
  )
  const transport =
    'url' in place
      ? new StreamableHTTPClientTransport(new URL(place.url), {
          requestInit: { headers: authorizationOf(place.token) },
        })
      : new StdioClientTransport({ ...place, stderr: 'pipe' })
  if (!('url' in place) && transport instanceof StdioClientTransport)
    transport.stderr?.on('data', (chunk: unknown) => place.onStderr?.(String(chunk)))
  await client.connect(transport)
  return {
    revision: client.getNegotiatedProtocolVersion(),
    serverPid: transport instanceof StdioClientTransport ? (transport.pid ?? undefined) : undefined,
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args = {}, signal) =>
      toAnswer(
        await client.callTool(
          { name, arguments: { ...args } },
          { timeout: 90_000, ...(signal === undefined ? {} : { signal }) },
        ),
      ),
    close: () => client.close(),
  }
}
