export type { Audit } from './audit.ts'
export { backendModule, type SimulatorModuleOptions } from './backend-module.ts'
export { simulatorCapabilities } from './capabilities.ts'
export { createManualClock, type ManualClock, type SimulatorClock, systemClock } from './clock.ts'
export type { SimulatorControls } from './controls.ts'
export { createSimulatorBackend, type SimulatorBackendOptions } from './create-simulator-backend.ts'
export type { TestInvoice, TestOffer, TestPayment } from './service/control-calls.ts'
export {
  createSimulatedNetwork,
  type SimulatedNetwork,
  type SimulatedNetworkOptions,
} from './simulated-network.ts'
export type { SimulatorBackend } from './simulator-backend.ts'
export { connectSimulatedNetwork, type RemoteNetwork } from './socket/connect-simulated-network.ts'
export {
  type NetworkServer,
  type ServeOptions,
  serveSimulatedNetwork,
} from './socket/serve-simulated-network.ts'
export { type ChannelPlan, DEFAULT_TOPOLOGY, type NetworkTopology, type NodePlan } from './topology.ts'
