import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initOwner, type LndNode } from '@lightning-mcp/nodes'
import type { McpTestClient } from '../clients/mcp-client.ts'
import { connectV2 } from '../clients/sdk-v2-client.ts'
import { serverCommand } from '../servers/commands.ts'
import { startHttpServer } from '../servers/http-server.ts'

export type Transport = 'http' | 'stdio'

export interface WalletUnderTest {
  call: McpTestClient['callTool']
  /** SIGKILL to the server, and another one on the same data folder. */
  crashAndRestart(): Promise<void>
  stop(): Promise<void>
}

const TOKEN = 'real-lnd-token-0123456789abcdef'

/** A real server process on a real node, spoken to by a real client. */
export const startWallet = async (transport: Transport, node: LndNode): Promise<WalletUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), 'interop-lnd-'))
  const settings = ['--backend', 'lnd', '--data-dir', folder, '--owner-dir', join(folder, 'owner')]
  const args = [...settings, '--max-payment-sats', '10000000', '--max-per-day-sats', '100000000']
  const env = node.environment()
  await initOwner(settings, env)
  const open = () => (transport === 'http' ? overHttp(args, env) : overStdio(args, env))
  let opened = await open()
  return {
    call: (name, toolArgs, signal) => opened.client.callTool(name, toolArgs, signal),
    async crashAndRestart() {
      await opened.crash()
      opened = await open()
    },
    async stop() {
      await opened.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Opened {
  client: McpTestClient
  stop(): Promise<void>
  crash(): Promise<void>
}

const overHttp = async (args: string[], env: Record<string, string>): Promise<Opened> => {
  const server = await startHttpServer({ args, env: { ...env, LIGHTNING_MCP_TOKEN: TOKEN } })
  const client = await connectV2({ url: server.url, token: TOKEN })
  return {
    client,
    async stop() {
      await client.close()
      await server.end('SIGTERM')
    },
    async crash() {
      await server.end('SIGKILL')
      await client.close().catch(() => {})
    },
  }
}

const overStdio = async (args: string[], env: Record<string, string>): Promise<Opened> => {
  const client = await connectV2(serverCommand('stdio', args, env))
  return {
    client,
    stop: () => client.close(),
    async crash() {
      if (client.serverPid === undefined) throw new Error('the client does not know its server')
      process.kill(client.serverPid, 'SIGKILL')
      await client.close().catch(() => {})
    },
  }
}
