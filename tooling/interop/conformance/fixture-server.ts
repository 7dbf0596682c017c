import { McpServer, type ServerNotifier } from '@modelcontextprotocol/server'
import { registerContentTools } from './fixture-content-tools.ts'
import { registerInputTools, requestState } from './fixture-input-tools.ts'
import { registerPrompts } from './fixture-prompts.ts'
import { registerResources } from './fixture-resources.ts'

/**
 * The MCP server that the conformance suite expects to find: tools, prompts and resources with the
 * names and texts its scenarios ask for. It is mounted on our HTTP app in the wallet's place.
 */
export const createFixtureServer = (notify: () => ServerNotifier): McpServer => {
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        completions: {},
        logging: {},
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        tools: { listChanged: true },
      },
      requestState: { verify: requestState.verify },
    },
  )
  registerContentTools(server, notify)
  registerInputTools(server)
  registerPrompts(server)
  registerResources(server)
  return server
}
