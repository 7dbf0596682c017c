export { composeLayers, type Layer } from './compose-layers.ts'
export {
  createMemoryDuplicateGuardStore,
  type DuplicateGuardStore,
  type GuardKey,
  type GuardRecord,
  type GuardState,
} from './duplicate-guard-store.ts'
export {
  createFaultPlan,
  type Fault,
  type FaultKind,
  type FaultPlan,
  type RandomFaults,
} from './fault-plan.ts'
export { openFileDuplicateGuardStore } from './file-duplicate-guard-store.ts'
export type { LayerClock } from './layer-clock.ts'
export type { CallOutcome } from './outcome-of.ts'
export { redact } from './redact.ts'
export { withCapabilityCheck } from './with-capability-check.ts'
export { type DuplicateGuardOptions, withDuplicateGuard } from './with-duplicate-guard.ts'
export { withErrorContext } from './with-error-context.ts'
export { type FaultsOptions, withFaults } from './with-faults.ts'
export { type LogEntry, type LoggingOptions, withLogging } from './with-logging.ts'
export { type CallMetric, type MetricsOptions, withMetrics } from './with-metrics.ts'
export { type RetryOptions, withRetry } from './with-retry.ts'
export { type TimeoutOptions, withTimeout } from './with-timeout.ts'
export {
  type LayerCall,
  type LayerHandlers,
  type LayerNext,
  type LayerOperation,
  type LayerRequest,
  wrapBackend,
} from './wrap-backend.ts'
