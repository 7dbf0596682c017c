import type { LightningBackend } from '@lightning-mcp/core'
import { withCapabilityCheck } from '@lightning-mcp/layers'
import type { Log } from './log.ts'

/** The layers of a server, from the backend outwards. */
export function withLayers(backend: LightningBackend, _: { log: Log }): LightningBackend {
  return withCapabilityCheck(backend)
}
