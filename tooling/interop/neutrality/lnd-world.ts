import type { LndNode, Network } from '@lightning-mcp/nodes'
import { lndCounterparty } from '../../../packages/backends/lnd/test/harness/lnd-counterparty.ts'
import type { World } from './world.ts'

/** The first of three real LND nodes in a row, whose network somebody else closes. */
export function lndWorld(network: Network): World {
  const [node, neighbor, distant] = network.nodes as [LndNode, LndNode, LndNode]
  return {
    name: 'LND',
    settings: ['--backend', 'lnd'],
    env: node.environment(),
    other: lndCounterparty(neighbor) as World['other'],
    peer: `${distant.pubkey}@${distant.peerAddress}`,
    mineBlocks: (count) => network.mine(count),
    close: async () => undefined,
  }
}
