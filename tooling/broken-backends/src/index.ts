export type { BrokenBackend } from './broken-backend.ts'
export { brokenBackends } from './broken-backends.ts'
export { type Breakage, createSimulatorHarness, type SimulatedWorld } from './simulator-harness.ts'
