import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** The floor: the bare SDK with one tool that says hello, as its documentation shows it. */
export const createHelloServer = (): McpServer => {
  const server = new McpServer({ name: 'hello', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.registerTool(
    'hello',
    {
      description: 'Says hello',
      inputSchema: z.object({}),
      outputSchema: z.object({ greeting: z.string() }),
    },
    async () => ({ structuredContent: { greeting: 'hello' }, content: [{ type: 'text', text: 'hello' }] }),
  )
  return server
}
