import { LightningError } from '@lightning-mcp/core'
import type { SimulatorControls } from './options.ts'

/** The controls, which are there whenever a simulator tool is listed. */
export function simulatorOf(controls: SimulatorControls | undefined): SimulatorControls {
  if (controls !== undefined) return controls
  throw new LightningError({
    code: 'unsupported',
    message: 'This wallet is not on the simulator.',
    hint: 'These tools exist only with the simulator backend.',
  })
}
