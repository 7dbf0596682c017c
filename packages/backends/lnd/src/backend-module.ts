import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { lndCapabilities } from './capabilities.ts'
import { createLndBackend } from './lnd-backend.ts'
import { readMacaroon } from './macaroon.ts'
import { checkOptions, type LndBackendOptions, lndOptions, loadConnection } from './options.ts'
import { capabilitiesWith } from './permissions.ts'

/** LND, to be chosen by name. */
export const backendModule: BackendModule<LndBackendOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'lnd',
  title: 'LND, over gRPC',
  capabilities: lndCapabilities,
  options: lndOptions,
  credentials: {
    spend:
      'Bake a macaroon with info:read invoices:read invoices:write offchain:read offchain:write: docs/backends/lnd.md has the command.',
    receive:
      'Or give an agent with a shell a macaroon baked with info:read invoices:read invoices:write offchain:read, which may only be paid.',
  },
  createBackend: (options) => createLndBackend(options),
  async readCredential(options) {
    const { macaroon } = await loadConnection(checkOptions(options))
    return capabilitiesWith(readMacaroon(macaroon.reveal()))
  },
}
