import type {
  RawBackup,
  RawEdge,
  RawFailedUpdate,
  RawFeeReport,
  RawForwards,
  RawNodeInfo,
  RawProbe,
  RawTower,
  RawTowerStats,
  RawVerified,
} from './node-schemas.ts'
import type {
  RawAddInvoice,
  RawChannel,
  RawChannelBalance,
  RawChannelPoint,
  RawClosedChannel,
  RawCloseUpdate,
  RawInfo,
  RawInvoice,
  RawPayment,
  RawPeer,
  RawPendingChannels,
  RawRoute,
  RawTransaction,
  RawUtxo,
  RawWalletBalance,
} from './schemas.ts'

/** Calls that answer once, with their replies. */
export interface UnaryReplies {
  getState: { state: string | number }
  getInfo: RawInfo
  channelBalance: RawChannelBalance
  walletBalance: RawWalletBalance
  addInvoice: RawAddInvoice
  lookupInvoice: RawInvoice
  listInvoices: { invoices: readonly RawInvoice[]; first_index_offset: string }
  listPayments: { payments: readonly RawPayment[]; first_index_offset: string }
  listChannels: { channels: readonly RawChannel[] }
  pendingChannels: RawPendingChannels
  closedChannels: { channels: readonly RawClosedChannel[] }
  listPeers: { peers: readonly RawPeer[] }
  listUnspent: { utxos: readonly RawUtxo[] }
  getTransactions: { transactions: readonly RawTransaction[] }
  queryRoutes: { routes: readonly RawRoute[] }
  addHoldInvoice: { payment_request: string }
  settleInvoice: object
  cancelInvoice: object
  openChannel: RawChannelPoint
  updatePolicy: { failed_updates: readonly RawFailedUpdate[] }
  connectPeer: object
  disconnectPeer: object
  newAddress: { address: string }
  sendCoins: { txid: string }
  estimateFee: { sat_per_kw: string }
  estimateRouteFee: RawProbe
  getNodeInfo: RawNodeInfo
  getChanInfo: RawEdge
  forwardingHistory: RawForwards
  feeReport: RawFeeReport
  signMessage: { signature: string }
  verifyMessage: RawVerified
  exportBackup: RawBackup
  verifyBackup: object
  listTowers: { towers: readonly RawTower[] }
  addTower: object
  removeTower: object
  towerStats: RawTowerStats
}

/** Calls that answer with a stream. */
export interface StreamMessages {
  sendPayment: RawPayment
  trackPayment: RawPayment
  trackPayments: RawPayment
  subscribeInvoices: RawInvoice
  closeChannel: RawCloseUpdate
}

export type UnaryMethod = keyof UnaryReplies
export type StreamMethod = keyof StreamMessages
export type Method = UnaryMethod | StreamMethod

interface MethodSpec {
  /** As in the protos: `package.Service` and the method. */
  service:
    | 'lnrpc.Lightning'
    | 'lnrpc.State'
    | 'routerrpc.Router'
    | 'invoicesrpc.Invoices'
    | 'walletrpc.WalletKit'
    | 'wtclientrpc.WatchtowerClient'
  name: string
  /**
   * What a macaroon must allow, `entity:action`.
   * https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (MainRPCServerPermissions),
   * lnrpc/{routerrpc/router_server,invoicesrpc/invoices_server,walletrpc/walletkit_server,wtclientrpc/wtclient}.go
   * (macPermissions)
   */
  needs: readonly string[]
}

const of =
  (service: MethodSpec['service']) =>
  (name: string, ...needs: string[]): MethodSpec => ({ service, name, needs })

const lightning = of('lnrpc.Lightning')
const router = of('routerrpc.Router')
const invoices = of('invoicesrpc.Invoices')
const towers = of('wtclientrpc.WatchtowerClient')

/** Every call that this adapter makes. */
export const METHODS: Readonly<Record<Method, MethodSpec>> = {
  getState: { service: 'lnrpc.State', name: 'GetState', needs: [] },
  getInfo: lightning('GetInfo', 'info:read'),
  channelBalance: lightning('ChannelBalance', 'offchain:read'),
  walletBalance: lightning('WalletBalance', 'onchain:read'),
  addInvoice: lightning('AddInvoice', 'invoices:write'),
  lookupInvoice: lightning('LookupInvoice', 'invoices:read'),
  listInvoices: lightning('ListInvoices', 'invoices:read'),
  listPayments: lightning('ListPayments', 'offchain:read'),
  listChannels: lightning('ListChannels', 'offchain:read'),
  pendingChannels: lightning('PendingChannels', 'offchain:read'),
  closedChannels: lightning('ClosedChannels', 'offchain:read'),
  listPeers: lightning('ListPeers', 'peers:read'),
  listUnspent: lightning('ListUnspent', 'onchain:read'),
  getTransactions: lightning('GetTransactions', 'onchain:read'),
  queryRoutes: lightning('QueryRoutes', 'info:read'),
  subscribeInvoices: lightning('SubscribeInvoices', 'invoices:read'),
  sendPayment: router('SendPaymentV2', 'offchain:write'),
  trackPayment: router('TrackPaymentV2', 'offchain:read'),
  trackPayments: router('TrackPayments', 'offchain:read'),
  addHoldInvoice: invoices('AddHoldInvoice', 'invoices:write'),
  settleInvoice: invoices('SettleInvoice', 'invoices:write'),
  cancelInvoice: invoices('CancelInvoice', 'invoices:write'),
  // answers with the funding transaction and ends; its streaming twin goes on until the channel is confirmed
  openChannel: lightning('OpenChannelSync', 'onchain:write', 'offchain:write'),
  closeChannel: lightning('CloseChannel', 'onchain:write', 'offchain:write'),
  updatePolicy: lightning('UpdateChannelPolicy', 'offchain:write'),
  connectPeer: lightning('ConnectPeer', 'peers:write'),
  disconnectPeer: lightning('DisconnectPeer', 'peers:write'),
  newAddress: lightning('NewAddress', 'address:write'),
  sendCoins: lightning('SendCoins', 'onchain:write'),
  estimateFee: of('walletrpc.WalletKit')('EstimateFee', 'onchain:read'),
  estimateRouteFee: router('EstimateRouteFee', 'offchain:read'),
  getNodeInfo: lightning('GetNodeInfo', 'info:read'),
  getChanInfo: lightning('GetChanInfo', 'info:read'),
  forwardingHistory: lightning('ForwardingHistory', 'offchain:read'),
  feeReport: lightning('FeeReport', 'offchain:read'),
  signMessage: lightning('SignMessage', 'message:write'),
  verifyMessage: lightning('VerifyMessage', 'message:read'),
  exportBackup: lightning('ExportAllChannelBackups', 'offchain:read'),
  verifyBackup: lightning('VerifyChanBackup', 'offchain:read'),
  listTowers: towers('ListTowers', 'offchain:read'),
  addTower: towers('AddTower', 'offchain:write'),
  removeTower: towers('RemoveTower', 'offchain:write'),
  towerStats: towers('Stats', 'offchain:read'),
}
