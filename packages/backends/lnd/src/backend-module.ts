import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { lndCapabilities } from './capabilities.ts'
import { createLndBackend } from './lnd-backend.ts'
import { type LndBackendOptions, lndOptions } from './options.ts'

/** LND, to be chosen by name. */
export const backendModule: BackendModule<LndBackendOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'lnd',
  title: 'LND, over gRPC',
  capabilities: lndCapabilities,
  options: lndOptions,
  createBackend: (options) => createLndBackend(options),
}
