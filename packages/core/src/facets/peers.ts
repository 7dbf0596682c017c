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
  /**
   * Requires: `peers.list`.
   * Behavior:
   * - The other end of an active channel is connected. [peers-list-who-is-connected]
   */
  list(request: CallOptions): Promise<readonly Peer[]>
  /**
   * Requires: `peers.connect`.
   * Behavior:
   * - Connecting to a connected peer succeeds. [peer-connect-and-disconnect-repeatable]
   */
  connect?(request: { nodeId: NodeId; host: string } & CallOptions): Promise<Peer>
  /**
   * Requires: `peers.disconnect`.
   * Behavior:
   * - Disconnecting from a node that is not connected succeeds. [peer-connect-and-disconnect-repeatable]
   */
  disconnect?(request: { nodeId: NodeId } & CallOptions): Promise<void>
}
