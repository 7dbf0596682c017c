import { type Capability, declareCapabilities } from '@lightning-mcp/core'
import type { Method } from './methods.ts'

const HOLD: readonly Method[] = ['addHoldInvoice', 'settleInvoice', 'cancelInvoice', 'lookupInvoice']

const MESSAGES: readonly Method[] = ['signMessage', 'verifyMessage']
const BACKUP: readonly Method[] = ['exportBackup', 'verifyBackup']

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
  'routing.findRoutes': ['queryRoutes', 'getInfo'],
  // LND lets who may only read probe; here it takes who may pay, because it locks what can be paid with
  'routing.probe': ['queryRoutes', 'estimateRouteFee', 'sendPayment'],
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
  'graph.getNode': ['getNodeInfo', 'getChanInfo'],
  'forwards.list': ['forwardingHistory'],
  'forwards.feeReport': ['forwardingHistory', 'feeReport'],
  'messages.sign': MESSAGES,
  'messages.verify': MESSAGES,
  'watchtowers.list': ['listTowers', 'towerStats'],
  'watchtowers.add': ['listTowers', 'towerStats', 'addTower'],
  'watchtowers.remove': ['listTowers', 'towerStats', 'removeTower'],
  'watchtowers.stats': ['listTowers', 'towerStats'],
  'backup.export': BACKUP,
  'backup.verify': BACKUP,
  'onchain.getBalance': ['walletBalance'],
  'onchain.newAddress': ['walletBalance', 'newAddress'],
  'onchain.send': ['walletBalance', 'sendCoins', 'getTransactions'],
  'onchain.estimateFees': ['walletBalance', 'estimateFee'],
  'onchain.listUtxos': ['walletBalance', 'listUnspent'],
  'onchain.listTransactions': ['walletBalance', 'getTransactions'],
}

/** All that this adapter can do with an admin macaroon. */
export const lndCapabilities = declareCapabilities(
  Object.fromEntries(
    Object.keys(CAPABILITY_METHODS).map((capability) => [
      capability,
      // LND answers one route at a time
      capability === 'routing.findRoutes' ? 'emulated' : 'native',
    ]),
  ),
)
