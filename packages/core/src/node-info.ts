import type { NodeId } from './hex.ts'
import type { Network } from './network.ts'

/** Who answers. Custodial services leave out what a wallet does not have. */
export interface NodeInfo {
  network: Network
  nodeId?: NodeId
  /** Untrusted text, chosen by the node's owner. */
  alias?: string
  version?: string
  blockHeight?: number
  /** False while the node catches up with the chain: balances and routes may be old. */
  syncedToChain?: boolean
  syncedToGraph?: boolean
  activeChannels?: number
  pendingChannels?: number
  peers?: number
  /** `pubkey@host:port`, where the node announces one. */
  uris?: readonly string[]
}
