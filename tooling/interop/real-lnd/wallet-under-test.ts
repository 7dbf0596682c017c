import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initOwner, type LndNode } from '@lightning-mcp/nodes'
import type { McpTestClient } from '../clients/mcp-client.ts'
import { connectV2 } from '../clients/sdk-v2-client.ts'
import { startHttpServer } from '../servers/http-server.ts'

export interface WalletUnderTest {
  call: McpTestClient['callTool']
  stop(): Promise<void>
}

const TOKEN = 'real-lnd-token-0123456789abcdef'

/** A real HTTP server process on a real node, spoken to by a real client. */
export const startWallet = async (node: LndNode): Promise<WalletUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), 'interop-lnd-'))
  const settings = ['--backend', 'lnd', '--data-dir', folder, '--owner-dir', join(folder, 'owner')]
  const args = [...settings, '--max-payment-sats', '10000000', '--max-per-day-sats', '100000000']
  const env = node.environment()
  await initOwner(settings, env)
  const server = await startHttpServer({ args, env: { ...env, LIGHTNING_MCP_TOKEN: TOKEN } })
  const client = await connectV2({ url: server.url, token: TOKEN })
  return {
    call: client.callTool,
    async stop() {
      await client.close()
      await server.end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
