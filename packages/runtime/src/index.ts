export { createFailedFace } from './failed-face.ts'
export { createLog, type Log, type LogFields, type LogLevel } from './log.ts'
export { openRuntime, type Runtime } from './open-runtime.ts'
export { openStore } from './open-store.ts'
