import type { NodeId } from '@lightning-mcp/core'
import type { TowerClient } from './watchtowers.ts'

/** One node of the network. Its private key is derived from the seed and never stored. */
export interface SimulatedNode {
  name: string
  alias: string
  nodeId: NodeId
  online: boolean
  /** Nodes it is connected to without a channel. */
  peers: string[]
  /** How many preimages and addresses were derived: the next ones follow from the seed. */
  preimages: number
  addresses: number
  /** Its watchtowers and what they were told; absent: it never had one. */
  towers?: TowerClient
}
