import { type Config, revealOptions } from '@lightning-mcp/config'
import type { LightningBackend } from '@lightning-mcp/core'
import type { SimulatorControls } from '@lightning-mcp/mcp'
import type { Log } from './log.ts'
import { asOwnersMatter } from './owners-matter.ts'
import { withLayers } from './with-layers.ts'

export interface OpenedBackend {
  backend: LightningBackend
  /** The other side of the simulated network; only the simulator has one. */
  controls?: SimulatorControls
}

/** Makes the chosen backend with its layers around it. No I/O yet. */
export async function openBackend(config: Config, { log }: { log: Log }): Promise<OpenedBackend> {
  const { module, options } = config.backend
  const { dataDir } = config
  let bare: LightningBackend
  try {
    bare = await module.createBackend(revealOptions(options), dataDir === undefined ? {} : { dataDir })
  } catch (error) {
    throw asOwnersMatter(error)
  }
  const backend = withLayers(bare, { log })
  return hasControls(bare) ? { backend, controls: bare.controls } : { backend }
}

const hasControls = (
  backend: LightningBackend,
): backend is LightningBackend & { controls: SimulatorControls } =>
  typeof (backend as { controls?: unknown }).controls === 'object'
