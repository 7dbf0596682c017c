import type {
  Balance,
  CreateInvoiceRequest,
  Invoice,
  ListTransactionsRequest,
  NodeInfo,
  Page,
  PaymentHash,
  Transaction,
} from '@lightning-mcp/core'
import { msat } from '@lightning-mcp/core'
import { onchainBalance } from '../chain/coins.ts'
import { otherSide, type Side, spendableMsat } from '../channels/channel.ts'
import { listTransactions } from '../history.ts'
import { createInvoice } from '../invoices/create-invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { toInvoice } from '../to-core.ts'

/** The version that a simulated node states: that of the rules it follows. */
export const SIMULATOR_VERSION = '1.0.0'

/** What a wallet reads of its node, and its invoices. */
export const walletCalls = (state: NetworkState, name: string) => ({
  getInfo: (): NodeInfo => {
    const node = state.node(name)
    const channels = state.channelsOf(name)
    return {
      network: 'regtest',
      nodeId: node.nodeId,
      alias: node.alias,
      version: SIMULATOR_VERSION,
      blockHeight: state.counters.height,
      syncedToChain: true,
      syncedToGraph: true,
      activeChannels: channels.filter((channel) => channel.state === 'active').length,
      pendingChannels: channels.filter((channel) => channel.state !== 'active' && channel.state !== 'closed')
        .length,
      peers: peersOf(state, name).length,
    }
  },

  getBalance: (): Balance => balanceOf(state, name),

  createInvoice: (request: Omit<CreateInvoiceRequest, 'signal'>): Invoice =>
    state.change(() => {
      const invoice = toInvoice(createInvoice(state, { ...request, node: name }), state.now())
      state.emit(name, { type: 'invoice-created', invoice })
      return invoice
    }),

  lookupInvoice: (request: { paymentHash: PaymentHash }): Invoice | undefined => {
    const invoice = state.invoices.get(name)?.get(request.paymentHash)
    return invoice === undefined ? undefined : toInvoice(invoice, state.now())
  },

  listTransactions: (request: Omit<ListTransactionsRequest, 'signal'>): Page<Transaction> =>
    listTransactions(state, name, request),
})

/** Names of the nodes that this one is connected to: those it has a channel with, and those it connected to. */
export function peersOf(state: NetworkState, name: string): readonly string[] {
  const peers = new Set(state.node(name).peers)
  for (const channel of state.channelsOf(name))
    if (channel.state !== 'closed') peers.add(channel.nodes[0] === name ? channel.nodes[1] : channel.nodes[0])
  return [...peers]
}

function balanceOf(state: NetworkState, name: string): Balance {
  let spendable = 0n
  let receivable = 0n
  let pendingOutgoing = 0n
  let pendingIncoming = 0n
  let total = 0n
  for (const channel of state.channelsOf(name)) {
    if (channel.state === 'closed' || channel.state === 'opening') continue
    const own: Side = channel.nodes[0] === name ? 0 : 1
    total += channel.balanceMsat[own]
    pendingOutgoing += channel.lockedMsat[own]
    pendingIncoming += channel.lockedMsat[otherSide(own)]
    if (!channel.nodes.every((node) => state.node(node).online)) continue
    spendable += spendableMsat(channel, own)
    receivable += spendableMsat(channel, otherSide(own))
  }
  return {
    spendableMsat: msat(spendable),
    receivableMsat: msat(receivable),
    pendingOutgoingMsat: msat(pendingOutgoing),
    pendingIncomingMsat: msat(pendingIncoming),
    channelsMsat: msat(total),
    onchain: onchainBalance(state, name),
  }
}
