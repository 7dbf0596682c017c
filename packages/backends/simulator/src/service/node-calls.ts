import {
  type FeeReport,
  type Forward,
  type GraphNode,
  type Msat,
  msat,
  type NodeId,
  type Page,
  type PageRequest,
  sat,
  type UnixSeconds,
  type Watchtower,
} from '@lightning-mcp/core'
import { checkPage, countBefore } from '../history.ts'
import type { NetworkState } from '../network-state.ts'
import { BACKUP_FORMAT, exportBackup, verifyBackup } from '../nodes/channel-backup.ts'
import { nodePrivateKey } from '../nodes/keys.ts'
import { recoverSigner, signMessage } from '../nodes/signed-message.ts'
import { addTower, listTowers, removeTower } from '../nodes/watchtowers.ts'
import type { SimulatedForward } from '../payments/note-forwards.ts'

const DAY_SECONDS = 86_400

/** The span of time by which forwards may be asked for. */
export interface ForwardsRequest extends PageRequest {
  from?: UnixSeconds
  to?: UnixSeconds
}

/** What a node knows of the network and does beside paying. */
export const nodeCalls = (state: NetworkState, name: string) => ({
  getGraphNode: (request: { nodeId: NodeId }): GraphNode | undefined =>
    graphNode(state, name, request.nodeId),

  listForwards: (request: ForwardsRequest): Page<Forward> => listForwards(state, name, request),

  getFeeReport: (): FeeReport => ({
    dayMsat: earnedMsat(state, name, DAY_SECONDS),
    weekMsat: earnedMsat(state, name, 7 * DAY_SECONDS),
    monthMsat: earnedMsat(state, name, 30 * DAY_SECONDS),
  }),

  signMessage: (request: { message: string }): string =>
    signMessage(request.message, nodePrivateKey(state.seed, name)),

  /** Valid if its signer is a node of this network, as LND wants it. */
  verifyMessage: (request: { message: string; signature: string }): { valid: boolean; nodeId?: NodeId } => {
    const signer = recoverSigner(request.message, request.signature)
    return signer === undefined ? { valid: false } : { valid: state.nodesById.has(signer), nodeId: signer }
  },

  listWatchtowers: (): readonly Watchtower[] => listTowers(state, name),

  addWatchtower: (request: { nodeId: NodeId; address: string }): void =>
    state.change(() => addTower(state, name, request)),

  removeWatchtower: (request: { nodeId: NodeId }): void =>
    state.change(() => removeTower(state, name, request.nodeId)),

  getWatchtowerStats: () => {
    const { backups = 0, pendingBackups = 0, sessionsAcquired = 0 } = state.node(name).towers ?? {}
    return { backups, pendingBackups, failedBackups: 0, sessionsAcquired }
  },

  exportBackup: (): { format: string; backup: string } => ({
    format: BACKUP_FORMAT,
    backup: exportBackup(state, name),
  }),

  verifyBackup: (request: { backup: string }): { valid: boolean } => ({
    valid: verifyBackup(state, name, request.backup),
  }),
})

/** A node without a public channel is known to nobody but itself. */
function graphNode(state: NetworkState, name: string, nodeId: NodeId): GraphNode | undefined {
  const node = state.nodesById.get(nodeId)
  if (node === undefined) return undefined
  const channels = state
    .channelsOf(node.name)
    .filter((channel) => channel.state === 'active' && !channel.private)
  if (channels.length === 0 && node.name !== name) return undefined
  return {
    nodeId,
    alias: node.alias,
    channels: channels.length,
    capacitySat: sat(channels.reduce((total, channel) => total + channel.capacitySat, 0n)),
    addresses: [],
  }
}

/** Newest first; a cursor is the sequence of the last one of its page. */
function listForwards(state: NetworkState, name: string, request: ForwardsRequest): Page<Forward> {
  checkPage(request)
  const { from = 0, to = Number.POSITIVE_INFINITY, limit } = request
  const forwards = state.forwards.get(name) ?? []
  const items: Forward[] = []
  let index = request.cursor === undefined ? forwards.length : countBefore(forwards, Number(request.cursor))
  while (index > 0 && items.length < limit) {
    index -= 1
    const forward = forwards[index] as SimulatedForward
    if (forward.createdAt >= from && forward.createdAt < to) items.push(toForward(forward))
  }
  return index > 0 ? { items, nextCursor: String(forwards[index]?.sequence) } : { items }
}

const feeOf = ({ incomingMsat, outgoingMsat }: SimulatedForward): Msat => msat(incomingMsat - outgoingMsat)

const toForward = (forward: SimulatedForward): Forward => {
  const { sequence: _, node: __, ...told } = forward
  return { ...told, feeMsat: feeOf(forward) }
}

const earnedMsat = (state: NetworkState, name: string, seconds: number): Msat =>
  msat(
    (state.forwards.get(name) ?? [])
      .filter(({ createdAt }) => createdAt > state.now() - seconds)
      .reduce((total: bigint, forward) => total + feeOf(forward), 0n),
  )
