import type { Capabilities } from './capabilities.ts'
import type { Network } from './network.ts'

/**
 * Which wallet this is. Payment records are bound to it: a rotated credential of the same wallet is
 * the same identity, another wallet is another.
 */
export interface BackendIdentity {
  kind: string
  network: Network
  /** A node's public key, or the service's wallet id; never a credential. */
  id: string
}

export type PermissionArea = 'read' | 'receive' | 'send' | 'channels' | 'onchain' | 'admin'

/** `undetermined`: the credential cannot be read offline and has not been tried. */
export type Permission = 'granted' | 'denied' | 'undetermined'

/** What `connect()` learned. */
export interface BackendProfile {
  identity: BackendIdentity
  version: string
  /** True where somebody else holds the keys. */
  custodial: boolean
  permissions: Readonly<Record<PermissionArea, Permission>>
  /** Declared capabilities less what this version and this credential cannot do. */
  capabilities: Capabilities
  /** Smallest unit that the backend takes. */
  precision: 'msat' | 'sat'
  /**
   * `enforced`: the backend never pays more than `maxFeeMsat` on top. `reserve-only`: it has a worst
   * fee of its own, stated by `estimateWorstFee`. `none`: nobody limits it.
   */
  feeLimit: 'enforced' | 'reserve-only' | 'none'
  /** `by-hash`: the backend itself refuses to send a hash that is pending or paid. */
  duplicateGuard: 'by-hash' | 'none'
  /** By what a lost payment is found again. */
  lookup: 'hash' | 'id'
  /** `stream`: pushed by the backend; `poll`: the adapter asks. */
  events: 'stream' | 'poll'
  /** True where the backend opens no channel that would cost more than the request's `maxFeeSat`. */
  capsOpeningFee?: boolean
  /** True where splices are made at the backend's own fee rate, whatever rate is given: nobody knows before what they cost. */
  choosesSpliceFee?: boolean
  /** True where keysend's preimage is chosen by the backend, so that a lost reply leaves no hash to look up. */
  keysendChoosesPreimage?: boolean
  /** True where keysend payments keep the caller's `label` and `lookupPayment` finds them by it. */
  keepsPaymentLabels?: boolean
  /** True where an on-chain payment and an opened channel keep the caller's `label` and lists tell it, so that a lost reply is found by it. */
  keepsLabels?: boolean
}
