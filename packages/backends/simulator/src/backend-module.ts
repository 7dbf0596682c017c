import { join } from 'node:path'
import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { simulatorCapabilities } from './capabilities.ts'
import { createSimulatorBackend, type SimulatorBackendOptions } from './create-simulator-backend.ts'

/** What a configuration can say about the simulator. */
export interface SimulatorModuleOptions {
  node?: string
  seed?: string
  socketPath?: string
  latencyMs?: number
}

export const backendModule: BackendModule<SimulatorModuleOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'simulator',
  title: 'A simulated Lightning network: nothing to install, no real money',
  capabilities: simulatorCapabilities,
  options: {
    node: {
      type: 'string',
      description: 'Name of the wallet’s node in the network',
      default: 'alice',
      environment: ['LIGHTNING_MCP_SIMULATOR_NODE'],
    },
    seed: {
      type: 'string',
      description: 'Text from which all keys of a new network follow; default: random',
      environment: ['LIGHTNING_MCP_SIMULATOR_SEED'],
    },
    socketPath: {
      type: 'string',
      description: 'Socket of a simulated network that runs in its own process',
      environment: ['LIGHTNING_MCP_SIMULATOR_SOCKET'],
      path: true,
    },
    latencyMs: {
      type: 'number',
      description: 'Milliseconds that each step of a payment takes',
      default: '0',
    },
  },
  createBackend: ({ socketPath, ...options }, { dataDir }) => {
    if (socketPath !== undefined) return createSimulatorBackend({ ...options, socketPath })
    if (dataDir === undefined) return createSimulatorBackend(options)
    return createSimulatorBackend({ ...options, ...placesIn(dataDir) })
  },
}

const placesIn = (dataDir: string): Required<Pick<SimulatorBackendOptions, 'stateFile' | 'socketPath'>> => ({
  stateFile: join(dataDir, 'simulator-network.sqlite'),
  socketPath: join(dataDir, 'simulator-network.sock'),
})
