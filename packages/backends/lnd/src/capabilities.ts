import { type Capability, declareCapabilities } from '@lightning-mcp/core'
import type { Method } from './methods.ts'

/** What each ability calls: with a macaroon that does not allow all of it, the ability is taken away. */
export const CAPABILITY_METHODS: Readonly<Partial<Record<Capability, readonly Method[]>>> = {
  getInfo: ['getInfo'],
  getBalance: ['channelBalance', 'listChannels'],
  createInvoice: ['addInvoice'],
  'createInvoice.amountless': ['addInvoice'],
  'createInvoice.descriptionHash': ['addInvoice'],
  'createInvoice.preimage': ['addInvoice'],
  'createInvoice.privateHints': ['addInvoice'],
  lookupInvoice: ['lookupInvoice'],
  // without the look-up a payment whose reply was lost could never be judged
  payInvoice: ['sendPayment', 'trackPayment'],
  'payInvoice.amountless': ['sendPayment', 'trackPayment'],
  'payInvoice.maxParts': ['sendPayment', 'trackPayment'],
  'payInvoice.outgoingChannels': ['sendPayment', 'trackPayment'],
  'payInvoice.lastHop': ['sendPayment', 'trackPayment'],
  'payInvoice.self': ['sendPayment', 'trackPayment'],
  lookupPayment: ['trackPayment'],
  listTransactions: ['listPayments', 'listInvoices'],
  watch: ['subscribeInvoices'],
  'invoices.cancel': ['cancelInvoice', 'lookupInvoice'],
  'hold.create': ['addHoldInvoice'],
  'hold.settle': ['settleInvoice', 'lookupInvoice'],
  'hold.cancel': ['cancelInvoice', 'lookupInvoice'],
  'routing.estimateFee': ['queryRoutes'],
  'channels.list': ['listChannels'],
  'channels.listPending': ['pendingChannels'],
  'channels.listClosed': ['closedChannels'],
  'peers.list': ['listPeers'],
  'onchain.getBalance': ['walletBalance'],
  'onchain.listUtxos': ['listUnspent'],
}

/** All that this adapter can do with an admin macaroon. */
export const lndCapabilities = declareCapabilities(
  Object.fromEntries(Object.keys(CAPABILITY_METHODS).map((capability) => [capability, 'native'])),
)
