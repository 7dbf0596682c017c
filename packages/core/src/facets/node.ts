import type { CallOptions } from '../call-options.ts'
import type { NodeId } from '../hex.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Msat, Sat, UnixSeconds } from '../units.ts'

export interface GraphNode {
  nodeId: NodeId
  /** Untrusted text. */
  alias?: string
  channels: number
  capacitySat?: Sat
  addresses: readonly string[]
  updatedAt?: UnixSeconds
}

/** The public graph. */
export interface GraphFacet {
  /**
   * Requires: `graph.getNode`.
   * Behavior:
   * - A node with a channel is told, an unknown one is `undefined`. [graph-tells-known-nodes]
   */
  getNode(request: { nodeId: NodeId } & CallOptions): Promise<GraphNode | undefined>
}

export interface Forward {
  createdAt: UnixSeconds
  incomingChannel: string
  outgoingChannel: string
  incomingMsat: Msat
  outgoingMsat: Msat
  feeMsat: Msat
}

export interface FeeReport {
  dayMsat: Msat
  weekMsat: Msat
  monthMsat: Msat
}

/** What this node earned by routing. */
export interface ForwardsFacet {
  /**
   * Requires: `forwards.list`.
   * Behavior:
   * - A payment that was routed is listed once, with what came in, went out and was earned. [forward-listed-with-its-fee]
   */
  list(request: { from?: UnixSeconds; to?: UnixSeconds } & PageRequest & CallOptions): Promise<Page<Forward>>
  /**
   * Requires: `forwards.feeReport`.
   * Behavior:
   * - What was earned counts for the day, the week and the month. [fee-report-counts-forwards]
   */
  feeReport?(request: CallOptions): Promise<FeeReport>
}

/** Messages signed with the node's key (zbase32, as LND and Core Lightning write them). */
export interface MessagesFacet {
  /** Requires: `messages.sign`. */
  sign(request: { message: string } & CallOptions): Promise<string>
  /**
   * Requires: `messages.verify`.
   * Behavior:
   * - A foreign or broken signature is `valid: false`, not an error. [sign-verify-roundtrip-and-foreign-zbase32]
   */
  verify(
    request: { message: string; signature: string } & CallOptions,
  ): Promise<{ valid: boolean; nodeId?: NodeId }>
}

export interface Watchtower {
  nodeId: NodeId
  addresses: readonly string[]
  active: boolean
  sessions?: number
}

/** The watchtower client. */
export interface WatchtowersFacet {
  /**
   * Requires: `watchtowers.list`.
   * Behavior:
   * - A tower is listed once it was added, and is gone or inactive once it was removed. [watchtower-added-and-removed]
   */
  list(request: CallOptions): Promise<readonly Watchtower[]>
  /** Requires: `watchtowers.add`. */
  add?(request: { nodeId: NodeId; address: string } & CallOptions): Promise<void>
  /** Requires: `watchtowers.remove`. */
  remove?(request: { nodeId: NodeId } & CallOptions): Promise<void>
  /**
   * Requires: `watchtowers.stats`.
   * Behavior:
   * - A payment leaves a state to back up. [watchtower-stats-count-backups]
   */
  stats?(
    request: CallOptions,
  ): Promise<{ backups: number; pendingBackups: number; failedBackups: number; sessionsAcquired: number }>
}

/** Static channel backups. */
export interface BackupFacet {
  /** All channels, in the node's own format, base64. Requires: `backup.export`. */
  export(request: CallOptions): Promise<{ format: string; backup: string }>
  /**
   * Requires: `backup.verify`.
   * Behavior:
   * - What was exported is valid, a damaged copy is `valid: false`, not an error. [backup-damage-is-seen]
   */
  verify?(request: { backup: string } & CallOptions): Promise<{ valid: boolean }>
}
