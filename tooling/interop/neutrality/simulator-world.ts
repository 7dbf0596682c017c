import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulatedNetwork, serveSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { counterpartyOf } from '@lightning-mcp/broken-backends'
import type { World } from './world.ts'

/** The simulated network in this process, the wallet's server in its own. */
export async function openSimulatorWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'neutrality-simulator-'))
  const network = createSimulatedNetwork({ seed: 'neutrality' })
  const server = await serveSimulatedNetwork({ network, socketPath: join(folder, 'network.sock') })
  const { nodeId } = network.nodes.find(({ name }) => name === 'hub')!
  return {
    name: 'simulator',
    settings: ['--backend', 'simulator'],
    env: { LIGHTNING_MCP_SIMULATOR_SOCKET: server.socketPath },
    other: counterpartyOf(network, 'shop') as World['other'],
    peer: nodeId,
    mineBlocks: async (count) => {
      network.mineBlocks(count)
    },
    async close() {
      await server.close()
      network.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
