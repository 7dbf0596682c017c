import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const SERVER = fileURLToPath(new URL('main.ts', import.meta.resolve('lightning-mcp')))

/** What a tool answered. */
export interface Answer {
  isError: boolean
  data: Record<string, unknown>
}

/** The server as an MCP client sees it: its own process, JSON-RPC over stdio. */
export interface WalletServer {
  tools(): Promise<string[]>
  call(name: string, args?: Record<string, unknown>): Promise<Answer>
  /** As when the client is closed. */
  close(): Promise<void>
  /** As when the machine loses power. */
  crash(): Promise<void>
}

export async function startWalletServer(settings: readonly string[]): Promise<WalletServer> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=development', '--disable-warning=ExperimentalWarning', SERVER, ...settings],
    stderr: 'inherit',
  })
  const client = new Client({ name: 'demo-agent', version: '1.0.0' })
  const gone = new Promise<void>((resolve) => {
    client.onclose = resolve
  })
  await client.connect(transport)
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args })
      return { isError: result.isError === true, data: (result.structuredContent ?? {}) as Answer['data'] }
    },
    close: () => client.close(),
    async crash() {
      if (transport.pid !== null) process.kill(transport.pid, 'SIGKILL')
      await gone
    },
  }
}
