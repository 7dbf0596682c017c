import { type Capability, declareCapabilities } from '@lightning-mcp/core'
import type { Method } from './methods.ts'

const HOLD: readonly Method[] = ['addHoldInvoice', 'settleInvoice', 'cancelInvoice', 'lookupInvoice']

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
  // a hold invoice that can be made and not ended would be a trap
  'hold.create': HOLD,
  'hold.settle': HOLD,
  'hold.cancel': HOLD,
  'keysend.send': ['sendPayment', 'trackPayment'],
  'routing.estimateFee': ['queryRoutes'],
  'channels.list': ['listChannels'],
  // the first call of a facet is what makes it be there
  'channels.listPending': ['listChannels', 'pendingChannels'],
  'channels.listClosed': ['listChannels', 'closedChannels'],
  // without the lists an opening or closing whose reply was lost could never be judged
  'channels.open': ['openChannel', 'listChannels', 'pendingChannels'],
  'channels.close': ['closeChannel', 'listChannels', 'pendingChannels', 'closedChannels'],
  'channels.updatePolicy': ['listChannels', 'updatePolicy'],
  'peers.list': ['listPeers'],
  'peers.connect': ['listPeers', 'connectPeer'],
  'peers.disconnect': ['listPeers', 'disconnectPeer'],
  'onchain.getBalance': ['walletBalance'],
  'onchain.newAddress': ['walletBalance', 'newAddress'],
  'onchain.send': ['walletBalance', 'sendCoins', 'getTransactions'],
  'onchain.estimateFees': ['walletBalance', 'estimateFee'],
  'onchain.listUtxos': ['walletBalance', 'listUnspent'],
  'onchain.listTransactions': ['walletBalance', 'getTransactions'],
}

/** All that this adapter can do with an admin macaroon. */
export const lndCapabilities = declareCapabilities(
  Object.fromEntries(Object.keys(CAPABILITY_METHODS).map((capability) => [capability, 'native'])),
)
