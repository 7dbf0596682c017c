import { LightningError, type NodeId, type Watchtower } from '@lightning-mcp/core'
import type { SimulatedChannel } from '../channels/channel.ts'
import type { NetworkState } from '../network-state.ts'
import type { SimulatedNode } from './node.ts'

/** One watchtower that a node has been told of. */
export interface SimulatedTower {
  nodeId: NodeId
  addresses: string[]
  /** A session is negotiated as soon as the tower is there: it is a node of this network, and online. */
  sessions: number
}

/** What a node keeps of its watchtowers. */
export interface TowerClient {
  towers: SimulatedTower[]
  /** Channel states that a tower has got, and those that wait for one. */
  backups: number
  pendingBackups: number
  sessionsAcquired: number
}

const clientOf = (node: SimulatedNode): TowerClient => {
  node.towers ??= { towers: [], backups: 0, pendingBackups: 0, sessionsAcquired: 0 }
  return node.towers
}

/** Tells the node of a tower, or of another address of one that it knows. */
export function addTower(
  state: NetworkState,
  name: string,
  tower: { nodeId: NodeId; address: string },
): void {
  const node = state.node(name)
  if (tower.nodeId === node.nodeId)
    throw new LightningError({
      code: 'invalid_request',
      message: 'a node cannot watch over itself',
      hint: 'Name another node.',
    })
  const client = clientOf(node)
  const known = client.towers.find(({ nodeId }) => nodeId === tower.nodeId)
  if (known === undefined)
    client.towers.push({ nodeId: tower.nodeId, addresses: [tower.address], sessions: 0 })
  else if (!known.addresses.includes(tower.address)) known.addresses.push(tower.address)
  negotiate(state, client)
  state.changed({ type: 'node', value: node })
}

/** Lets go of a tower. What it was told stays with it. */
export function removeTower(state: NetworkState, name: string, nodeId: NodeId): void {
  const node = state.node(name)
  const client = clientOf(node)
  const left = client.towers.filter((tower) => tower.nodeId !== nodeId)
  if (left.length === client.towers.length)
    throw new LightningError({
      code: 'not_found',
      message: 'this node knows no such watchtower',
      hint: 'List the watchtowers.',
      sent: 'no',
    })
  client.towers = left
  state.changed({ type: 'node', value: node })
}

export const listTowers = (state: NetworkState, name: string): readonly Watchtower[] =>
  (state.node(name).towers?.towers ?? []).map(({ nodeId, addresses, sessions }) => ({
    nodeId,
    addresses,
    active: isReachable(state, nodeId),
    sessions,
  }))

/** The channel has a new state: whoever has a tower tells it the old one, or will once a tower is there. */
export function backUpChannel(state: NetworkState, channel: SimulatedChannel): void {
  for (const name of channel.nodes) {
    const node = state.node(name)
    const client = node.towers
    if (client === undefined || client.towers.length === 0) continue
    client.pendingBackups += 1
    negotiate(state, client)
    state.changed({ type: 'node', value: node })
  }
}

function negotiate(state: NetworkState, client: TowerClient): void {
  const reachable = client.towers.filter(({ nodeId }) => isReachable(state, nodeId))
  for (const tower of reachable) {
    if (tower.sessions > 0) continue
    tower.sessions = 1
    client.sessionsAcquired += 1
  }
  if (reachable.length === 0) return
  client.backups += client.pendingBackups
  client.pendingBackups = 0
}

const isReachable = (state: NetworkState, nodeId: NodeId): boolean =>
  state.nodesById.get(nodeId)?.online === true
