import type { Channel, Invoice, Payment, Transaction } from '@lightning-mcp/core'
import { otherSide, type Side, type SimulatedChannel, spendableMsat } from './channels/channel.ts'
import { invoiceStatus, type SimulatedInvoice } from './invoices/invoice.ts'
import type { HistoryEntry, NetworkState } from './network-state.ts'
import type { SimulatedPayment } from './payments/payment.ts'

/** Leaves out what is undefined. */
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never

/** An invoice as its owner sees it: the preimage only once it is settled. */
export function toInvoice(invoice: SimulatedInvoice, nowSeconds: number): Invoice {
  const status = invoiceStatus(invoice, nowSeconds)
  return {
    paymentHash: invoice.paymentHash,
    status,
    createdAt: invoice.createdAt,
    expiresAt: invoice.expiresAt,
    ...given({
      invoice: invoice.invoice,
      amountMsat: invoice.amountMsat,
      receivedMsat: invoice.receivedMsat,
      description: invoice.description,
      descriptionHash: invoice.descriptionHash,
      settledAt: invoice.settledAt,
      preimage: status === 'settled' ? invoice.preimage : undefined,
      htlcExpiryHeight: status === 'accepted' ? invoice.htlcExpiryHeight : undefined,
    }),
  } as Invoice
}

/** A payment as its payer sees it. The preimage only once every part is over and the fee final. */
export function toPayment(payment: SimulatedPayment): Payment {
  const parts = payment.parts.filter((part) => part.state !== 'failed').length
  return {
    paymentHash: payment.paymentHash,
    status: payment.status,
    amountMsat: payment.amountMsat,
    createdAt: payment.createdAt,
    ...given({
      feeMsat: payment.feeMsat,
      preimage: payment.status === 'settled' ? payment.preimage : undefined,
      failure: payment.failure,
      settledAt: payment.settledAt,
      parts: parts === 0 ? undefined : parts,
    }),
  } as Payment
}

/** A line of the history. */
export function toTransaction(entry: HistoryEntry, nowSeconds: number): Transaction {
  if (entry.kind === 'payment')
    return {
      id: `out-${entry.sequence}`,
      direction: 'outgoing',
      status: entry.status,
      paymentHash: entry.paymentHash,
      amountMsat: entry.amountMsat,
      createdAt: entry.createdAt,
      ...given({
        feeMsat: entry.feeMsat,
        description: entry.description,
        failure: entry.failure,
        settledAt: entry.settledAt,
      }),
    } as Transaction
  return {
    id: `in-${entry.sequence}`,
    direction: 'incoming',
    status: invoiceStatus(entry, nowSeconds),
    paymentHash: entry.paymentHash,
    createdAt: entry.createdAt,
    ...given({
      amountMsat: entry.receivedMsat ?? entry.amountMsat,
      description: entry.description,
      settledAt: entry.settledAt,
    }),
  } as Transaction
}

/** A channel as one of its two nodes sees it. */
export function toChannel(state: NetworkState, channel: SimulatedChannel, name: string): Channel {
  const side: Side = channel.nodes[0] === name ? 0 : 1
  const peer = state.node(channel.nodes[otherSide(side)])
  const online = peer.online && state.node(name).online
  return {
    channelId: channel.id,
    fundingOutpoint: `${channel.fundingTxId}:${channel.fundingOutput}`,
    peer: peer.nodeId,
    peerAlias: peer.alias,
    state: channel.state === 'active' && !online ? 'inactive' : channel.state,
    capacitySat: channel.capacitySat,
    localMsat: channel.balanceMsat[side],
    remoteMsat: channel.balanceMsat[otherSide(side)],
    spendableMsat: spendableMsat(channel, side),
    receivableMsat: spendableMsat(channel, otherSide(side)),
    private: channel.private,
    initiator: side === 0 ? 'local' : 'remote',
    pendingHtlcs: channel.htlcs[0] + channel.htlcs[1],
    policy: { ...channel.policy[side] },
    ...given({
      shortChannelId: channel.shortChannelId,
      label: side === 0 ? channel.label : undefined,
      closingTxId: channel.closing?.txId,
    }),
  } as Channel
}
