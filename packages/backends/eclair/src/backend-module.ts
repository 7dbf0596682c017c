import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { eclairCapabilities } from './capabilities.ts'
import { createEclairBackend } from './eclair-backend.ts'
import { checkOptions, type EclairBackendOptions, eclairOptions, loadConnection } from './options.ts'

/** Eclair, to be chosen by name. Its password says nothing about what it may do: everything. */
export const backendModule: BackendModule<EclairBackendOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'eclair',
  title: 'Eclair, over its HTTP API',
  capabilities: eclairCapabilities,
  options: eclairOptions,
  credentials: {
    spend:
      'Eclair has one password, which may do everything: keep it where the agent cannot read it, and set limits here. docs/backends/eclair.md says how.',
    receive:
      'Eclair has no weaker password for an agent with a shell: a proxy before it can pass only the calls for being paid, which docs/backends/eclair.md lists.',
  },
  createBackend: (options) => createEclairBackend(options),
  async readCredential(options) {
    // says at once that a file is missing or empty
    await loadConnection(checkOptions(options))
    return eclairCapabilities
  },
}
