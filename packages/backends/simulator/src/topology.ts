import { LightningError, msat, type Sat, sat, satToMsat } from '@lightning-mcp/core'
import { fundingAddress, newAddress } from './chain/addresses.ts'
import { broadcast } from './chain/coins.ts'
import { mineBlocks } from './chain/mine-blocks.ts'
import type { ForwardingPolicy } from './channels/channel.ts'
import { addChannel, FUNDING_DEPTH } from './channels/open-channel.ts'
import type { NetworkState } from './network-state.ts'
import { nodePublicKey } from './nodes/keys.ts'

/** What a new network consists of. */
export interface NetworkTopology {
  nodes: readonly NodePlan[]
  channels: readonly ChannelPlan[]
}

export interface NodePlan {
  /** By which a wallet is opened. */
  name: string
  alias?: string
  /** Coins on chain. Default: none. */
  onchainSat?: Sat
}

export interface ChannelPlan {
  /** Names. The first one opened it. */
  between: readonly [string, string]
  capacitySat: Sat
  /** The second node's side. Default: half. */
  remoteSat?: Sat
  private?: boolean
  /** What the first and the second node ask for forwarding. */
  policies?: readonly [Partial<ForwardingPolicy>?, Partial<ForwardingPolicy>?]
}

const channel = (from: string, to: string, capacitySat: bigint, remoteSat?: bigint): ChannelPlan => ({
  between: [from, to],
  capacitySat: sat(capacitySat),
  ...(remoteSat === undefined ? {} : { remoteSat: sat(remoteSat) }),
})

/**
 * Two wallets, `alice` and `bob`, and a `shop`, all behind one routing node: every payment has a
 * hop that charges. A wallet can spend exactly 1,000,000 sats and receive 999,200.
 */
export const DEFAULT_TOPOLOGY: NetworkTopology = {
  nodes: [
    { name: 'alice', alias: 'Alice (simulated)', onchainSat: sat(5_000_000n) },
    { name: 'bob', alias: 'Bob (simulated)', onchainSat: sat(5_000_000n) },
    { name: 'hub', alias: 'Hub (simulated)', onchainSat: sat(50_000_000n) },
    { name: 'shop', alias: 'Corner shop (simulated)', onchainSat: sat(5_000_000n) },
  ],
  channels: [
    // the reserve is 1 %: 1,020,400 less 20,400
    channel('alice', 'hub', 2_040_000n, 1_019_600n),
    channel('bob', 'hub', 2_040_000n, 1_019_600n),
    channel('shop', 'hub', 40_000_000n),
  ],
}

/** Sets up the nodes, gives them coins and opens the channels, on a chain that starts at height 100. */
export function buildTopology(state: NetworkState, topology: NetworkTopology): void {
  state.counters.height = 100
  state.changed({ type: 'counters', value: state.counters })
  for (const plan of topology.nodes) addNode(state, plan)
  for (const plan of topology.channels) addOpenChannel(state, plan)
  mineBlocks(state, FUNDING_DEPTH)
}

function addNode(state: NetworkState, plan: NodePlan): void {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(plan.name) || state.nodes.has(plan.name))
    throw new LightningError({
      code: 'invalid_request',
      message:
        'the name of a simulated node must be unique and of at most 31 lower-case letters, digits and dashes',
      hint: 'Names like alice or shop-2 will do.',
    })
  state.add({
    type: 'node',
    value: {
      name: plan.name,
      alias: plan.alias ?? plan.name,
      nodeId: nodePublicKey(state.seed, plan.name),
      online: true,
      peers: [],
      preimages: 0,
      addresses: 0,
    },
  })
  if (plan.onchainSat !== undefined && plan.onchainSat > 0n) giveCoins(state, plan.name, plan.onchainSat)
}

/** Coins out of nothing: what a faucet or a miner would pay. */
export function giveCoins(state: NetworkState, name: string, amountSat: Sat): void {
  broadcast(state, {
    purpose: 'coins',
    inputs: [],
    outputs: [{ address: newAddress(state, name), amountSat, owner: name, spent: false }],
    feeSat: sat(0n),
  })
}

function addOpenChannel(state: NetworkState, plan: ChannelPlan): void {
  const [from, to] = plan.between
  state.node(from)
  state.node(to)
  const funding = broadcast(state, {
    purpose: 'funding',
    inputs: [],
    outputs: [{ address: fundingAddress(state, from, to), amountSat: plan.capacitySat, spent: true }],
    feeSat: sat(0n),
  })
  const opened = addChannel(
    state,
    {
      from,
      to,
      capacitySat: plan.capacitySat,
      pushMsat: msat(satToMsat(plan.remoteSat ?? sat(plan.capacitySat / 2n))),
      private: plan.private,
      policies: plan.policies,
    },
    funding.txId,
  )
  funding.channelId = opened.id
}
