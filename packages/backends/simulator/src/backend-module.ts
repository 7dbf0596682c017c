import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { simulatorCapabilities } from './capabilities.ts'
import { createSimulatorBackend } from './create-simulator-backend.ts'

/** What a configuration can say about the simulator. */
export interface SimulatorModuleOptions {
  node?: string
  seed?: string
}

export const backendModule: BackendModule<SimulatorModuleOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'simulator',
  title: 'A simulated Lightning network: nothing to install, no real money',
  capabilities: simulatorCapabilities,
  options: {
    node: { type: 'string', description: 'Name of the wallet’s node in the network', default: 'alice' },
    seed: {
      type: 'string',
      description: 'Text from which all keys of a new network follow; default: random',
    },
  },
  createBackend: (options) => createSimulatorBackend(options),
}
