export type { BrokenBackend } from './broken-backend.ts'
export { brokenBackends } from './broken-backends.ts'
export { counterpartyOf } from './simulated-counterparty.ts'
export {
  type Breakage,
  createSimulatorHarness,
  type SimulatedWorld,
  type Variant,
} from './simulator-harness.ts'
export { extended, reserveOnly, satOnly } from './variants.ts'
