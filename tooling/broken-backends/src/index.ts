export type { BrokenBackend } from './broken-backend.ts'
export { brokenBackends } from './broken-backends.ts'
export { createShiftedClock } from './shifted-clock.ts'
export { counterpartyOf } from './simulated-counterparty.ts'
export {
  type Breakage,
  createSimulatorHarness,
  type SimulatedWorld,
  type Variant,
} from './simulator-harness.ts'
export { choosesPreimages, reserveOnly, satOnly } from './variants.ts'
