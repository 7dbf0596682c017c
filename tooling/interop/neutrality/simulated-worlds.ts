import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createSimulatedNetwork,
  type SimulatedNetwork,
  serveSimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import { counterpartyOf } from '@lightning-mcp/broken-backends'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'
import type { World } from './world.ts'

const SEED = 'neutrality'

/** How `alice`'s node is reached from another process. */
type Face = Pick<World, 'settings' | 'env' | 'close'>

const FACES = {
  simulator: async (network: SimulatedNetwork): Promise<Face> => {
    const folder = await mkdtemp(join(tmpdir(), 'neutrality-simulator-'))
    const server = await serveSimulatedNetwork({ network, socketPath: join(folder, 'network.sock') })
    return {
      settings: ['--backend', 'simulator'],
      env: { LIGHTNING_MCP_SIMULATOR_SOCKET: server.socketPath },
      async close() {
        await server.close()
        await rm(folder, { recursive: true })
      },
    }
  },
  'Core Lightning': async (network: SimulatedNetwork): Promise<Face> => {
    const fake = await startFakeCln({ network: { network, seed: SEED } })
    return {
      settings: ['--backend', 'cln'],
      env: { CLN_SOCKET: fake.socketPath },
      close: () => fake.close(),
    }
  },
  Eclair: async (network: SimulatedNetwork): Promise<Face> => {
    const fake = await startFakeEclair({ network: { network, seed: SEED } })
    return {
      settings: ['--backend', 'eclair'],
      env: { ECLAIR_URL: fake.url, ECLAIR_PASSWORD: fake.password },
      close: () => fake.close(),
    }
  },
}

/** The simulated network in this process, one of its nodes as the simulator, a Core Lightning or an Eclair. */
export async function openSimulatedWorld(name: keyof typeof FACES): Promise<World> {
  const network = createSimulatedNetwork({ seed: SEED })
  const { settings, env, close } = await FACES[name](network)
  return {
    name,
    settings,
    env,
    other: counterpartyOf(network, 'shop') as World['other'],
    peer: network.nodes.find((node) => node.name === 'hub')!.nodeId,
    mineBlocks: async (count) => {
      network.mineBlocks(count)
    },
    async close() {
      await close()
      network.close()
    },
  }
}
