import { type Config, revealOptions } from '@lightning-mcp/config'
import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import type { SimulatorControls } from '@lightning-mcp/mcp'
import type { Log } from './log.ts'
import { withLayers } from './with-layers.ts'

export interface OpenedBackend {
  backend: LightningBackend
  /** The other side of the simulated network; only the simulator has one. */
  controls?: SimulatorControls
}

/** Makes the chosen backend with its layers around it. No I/O yet. */
export async function openBackend(config: Config, { log }: { log: Log }): Promise<OpenedBackend> {
  const { module, options } = config.backend
  const bare = await make(() =>
    module.createBackend(
      revealOptions(options),
      config.dataDir === undefined ? {} : { dataDir: config.dataDir },
    ),
  )
  const backend = withLayers(bare, { log })
  return hasControls(bare) ? { backend, controls: bare.controls } : { backend }
}

/** A wrong setting is the owner's to correct: an agent that reads `invalid_request` would look at its own arguments. */
async function make<T>(create: () => T | Promise<T>): Promise<T> {
  try {
    return await create()
  } catch (error) {
    if (!LightningError.is(error) || error.code !== 'invalid_request') throw error
    throw new LightningError({
      code: 'not_ready',
      message: `the server's settings are not complete: ${error.message}`,
      hint: `Tell the owner. ${error.hint ?? 'Correct the settings and start the server again.'}`,
      cause: error,
    })
  }
}

const hasControls = (
  backend: LightningBackend,
): backend is LightningBackend & { controls: SimulatorControls } =>
  typeof (backend as { controls?: unknown }).controls === 'object'
