export type { EclairVersion } from './eclair-node.ts'
export type { HistorySize } from './fill-history.ts'
export { type FakeEclair, type FakeEclairOptions, startFakeEclair } from './start-fake-eclair.ts'
export type { Spoiling } from './wire/wire-faults.ts'
