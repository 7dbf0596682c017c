import type { CallOptions } from '../call-options.ts'
import type { NodeId } from '../hex.ts'

export interface Peer {
  nodeId: NodeId
  address?: string
  connected: boolean
  inbound?: boolean
  /** Untrusted text. */
  alias?: string
}

/** Nodes that this one is connected to. */
export interface PeersFacet {
  /** Requires: `peers.list`. */
  list(request: CallOptions): Promise<readonly Peer[]>
  /** Requires: `peers.connect`. Behavior: connecting to a connected peer succeeds. */
  connect?(request: { nodeId: NodeId; host: string } & CallOptions): Promise<Peer>
  /** Requires: `peers.disconnect`. */
  disconnect?(request: { nodeId: NodeId } & CallOptions): Promise<void>
}
