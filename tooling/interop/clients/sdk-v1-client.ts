import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { authorizationOf, type McpTestClient, type ServerPlace, toAnswer } from './mcp-client.ts'

/** The client of `@modelcontextprotocol/sdk` 1.x, which most hosts still run. */
export const connectV1 = async (place: ServerPlace): Promise<McpTestClient> => {
  const client = new Client({ name: 'interop-v1', version: '1.0.0' })
  const transport =
    'url' in place
      ? new StreamableHTTPClientTransport(new URL(place.url), {
          requestInit: { headers: authorizationOf(place.token) },
        })
      : new StdioClientTransport({ ...place, stderr: 'pipe' })
  await client.connect(transport as Transport)
  return {
    revision: transport instanceof StreamableHTTPClientTransport ? transport.protocolVersion : undefined,
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args = {}) => {
      const answer = await client.callTool({ name, arguments: { ...args } }, undefined, { timeout: 90_000 })
      return toAnswer({
        isError: answer.isError === true,
        content: answer.content,
        structuredContent: answer.structuredContent,
      })
    },
    close: () => client.close(),
  }
}
