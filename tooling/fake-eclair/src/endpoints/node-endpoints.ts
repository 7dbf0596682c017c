import { capturedAnswer } from '../captures.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type Json } from '../json.ts'
import type { Endpoints } from './endpoint.ts'

const captured = capturedAnswer('getinfo')
const VERSIONS = {
  '0.14': captured['version'] as string,
  '0.13': '0.13.1-8a2b3c4',
  '0.9': '0.9.0-623f7e4',
} as const

/** Identity, balances. */
export const nodeEndpoints: Endpoints = {
  getinfo: (node) => ({
    ...captured,
    version: VERSIONS[node.version],
    nodeId: node.nodeId,
    alias: node.alias,
    network: node.chain,
    blockHeight: node.network.blockHeight,
  }),

  usablebalances: (node) => balances(node, true),

  channelbalances: (node) => balances(node, false),

  onchainbalance: async (node) => {
    const { confirmedSat, unconfirmedSat } = await node.wallet.onchain!.getBalance({})
    return { confirmed: digits(confirmedSat), unconfirmed: digits(unconfirmedSat) }
  },
}

async function balances(node: EclairNode, usableOnly: boolean): Promise<Json> {
  const { items } = await node.wallet.channels!.list({ limit: 1000 })
  return items
    .filter(({ state }) => !usableOnly || state === 'active')
    .map((channel) => ({
      remoteNodeId: channel.peer,
      realScid: channel.shortChannelId,
      aliases: node.peers.aliasesOf(channel.channelId as string),
      canSend: digits(channel.spendableMsat ?? 0n),
      canReceive: digits(channel.receivableMsat ?? 0n),
      isPublic: !channel.private,
      isEnabled: channel.state === 'active',
    }))
}
