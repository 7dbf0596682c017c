import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { eclairCapabilities } from './capabilities.ts'
import { createEclairBackend } from './eclair-backend.ts'
import { type EclairBackendOptions, eclairOptions } from './options.ts'

/** Eclair, to be chosen by name. Its password says nothing about what it may do: everything. */
export const backendModule: BackendModule<EclairBackendOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'eclair',
  title: 'Eclair, over its HTTP API',
  capabilities: eclairCapabilities,
  options: eclairOptions,
  createBackend: (options) => createEclairBackend(options),
}
