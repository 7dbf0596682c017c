import { openChannels } from '../books/list-channels.ts'
import { type Relay, relaysOf } from '../books/relays.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type JsonObject } from '../json.ts'
import { moment } from '../times.ts'
import type { Form } from '../wire/form.ts'
import { unknownResource } from '../wire/refusal.ts'
import { type ListWindow, readWindow, within } from '../wire/window.ts'
import type { Endpoints } from './endpoint.ts'

/** What routing earns. Which methods tell it changed in 0.14. */
export const relayEndpoints: Endpoints = {
  relaystats: async (node, form) => {
    if (node.version !== '0.14') throw unknownResource()
    const { window, relays } = await readRelays(node, form)
    const from = moment(window.fromMs)
    const to = moment(window.toMs)
    const peers = new Set((await openChannels(node)).map(({ peer }) => peer as string))
    return [...peers].map((remoteNodeId) => ({
      remoteNodeId,
      ...countOf(relays, remoteNodeId),
      onChainTransactionsCount: 1,
      onChainFeePaid: 0,
      liquidityFeeEarned: 0,
      liquidityFeePaid: 0,
      from,
      to,
    }))
  },

  networkfees: async (node, form) => {
    if (node.version === '0.14') throw unknownResource()
    const { fromMs, toMs } = readWindow(form, node.clock.now())
    const { items } = await node.wallet.onchain!.listTransactions!({ limit: 1000 })
    const channels = await openChannels(node)
    return channels.flatMap((channel): JsonObject[] => {
      const funding = items.find(({ txId }) => channel.fundingOutpoint?.startsWith(txId))
      const atMs = (funding?.createdAt ?? 0) * 1000
      if (funding?.feeSat === undefined || atMs < fromMs || atMs > toMs) return []
      return [
        {
          remoteNodeId: channel.peer,
          channelId: channel.channelId,
          txId: funding.txId,
          fee: digits(funding.feeSat),
          txType: 'funding',
          timestamp: moment(atMs),
        },
      ]
    })
  },
}

async function readRelays(
  node: EclairNode,
  form: Form,
): Promise<{ window: ListWindow; relays: readonly Relay[] }> {
  const window = readWindow(form, node.clock.now())
  return { window, relays: within(await relaysOf(node), ({ atMs }) => atMs, window) }
}

/** The fee of a payment is earned at the peer to whom it was passed on. */
function countOf(relays: readonly Relay[], peer: string): JsonObject {
  const incoming = relays.filter((relay) => relay.incoming.remoteNodeId === peer)
  const outgoing = relays.filter((relay) => relay.outgoing.remoteNodeId === peer)
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n)
  return {
    incomingPaymentCount: incoming.length,
    totalAmountIn: digits(sum(incoming.map((relay) => relay.incoming.amountMsat))),
    outgoingPaymentCount: outgoing.length,
    totalAmountOut: digits(sum(outgoing.map((relay) => relay.outgoing.amountMsat))),
    relayFeeEarned: digits(
      sum(outgoing.map((relay) => relay.incoming.amountMsat - relay.outgoing.amountMsat)),
    ),
  }
}
