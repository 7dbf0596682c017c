export {
  createFaultPlan,
  type Fault,
  type FaultKind,
  type FaultPlan,
  type RandomFaults,
} from './fault-plan.ts'
export type { LayerClock } from './layer-clock.ts'
export { withCapabilityCheck } from './with-capability-check.ts'
export { type FaultsOptions, withFaults } from './with-faults.ts'
export {
  type LayerCall,
  type LayerHandlers,
  type LayerNext,
  type LayerOperation,
  type LayerRequest,
  wrapBackend,
} from './wrap-backend.ts'
