export type {
  Counterparty,
  CounterpartyHold,
  CounterpartyInvoice,
  CounterpartyInvoiceRequest,
} from './counterparty.ts'
export type { BackendHarness, MadeBackend } from './harness.ts'
export type { Stage, StageBackends, StageClock, StageFaults } from './stage.ts'
