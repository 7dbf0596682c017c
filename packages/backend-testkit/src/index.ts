export { conformanceRequirements } from './conformance-requirements.ts'
export {
  type CaseOutcome,
  type CaseResult,
  type ConformanceSummary,
  conforms,
  formatSummary,
  idsWith,
} from './conformance-summary.ts'
export type {
  Counterparty,
  CounterpartyHold,
  CounterpartyInvoice,
  CounterpartyInvoiceRequest,
} from './counterparty.ts'
export { type ExamineOptions, examineBackend } from './examine-backend.ts'
export type { BackendHarness, MadeBackend } from './harness.ts'
export type { Exceptions } from './judge-cell.ts'
export type { Ability, Requirement, RequirementLevel } from './requirement.ts'
export { type ConformanceOptions, type ConformanceTest, runConformance } from './run-conformance.ts'
export type { Stage, StageBackends, StageClock, StageFaults } from './stage.ts'
