import { createSimulatedNetwork, type SimulatedNetwork } from '@lightning-mcp/backend-simulator'
import type { DestinationResolver } from '@lightning-mcp/core'
import { createWallet, openSqliteStore, type Wallet } from '@lightning-mcp/wallet'
import { createMcpFace, type McpFace } from '../src/index.ts'
import type { Called, TestClient } from './clients.ts'

export interface RealSetup {
  network: SimulatedNetwork
  wallet: Wallet
  face: McpFace
  client: TestClient
  call: (
    name: string,
    args?: Record<string, unknown>,
  ) => Promise<Called['structuredContent'] & { isError: boolean }>
  close(): Promise<void>
}

/** A wallet of a simulated network behind a real MCP client. */
export async function realSetup(
  connect: (face: McpFace) => Promise<TestClient>,
  options: { resolver?: DestinationResolver } = {},
): Promise<RealSetup> {
  const network = createSimulatedNetwork({ seed: 'mcp' })
  const backend = network.wallet('alice')
  const wallet = createWallet({ backend, store: openSqliteStore({ path: ':memory:' }), ...options })
  await wallet.start()
  const face = createMcpFace({ wallet, version: '0', toolsets: ['all'], simulator: backend.controls })
  const client = await connect(face)
  await client.listTools()
  return {
    network,
    wallet,
    face,
    client,
    async call(name, args = {}) {
      const { isError = false, structuredContent } = await client.call(name, args)
      return { ...structuredContent, isError }
    },
    async close() {
      await client.close()
      face.close()
      await wallet.stop()
      network.close()
    },
  }
}
