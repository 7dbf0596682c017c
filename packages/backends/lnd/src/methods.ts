import type {
  RawAddInvoice,
  RawChannel,
  RawChannelBalance,
  RawClosedChannel,
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
}

/** Calls that answer with a stream. */
export interface StreamMessages {
  sendPayment: RawPayment
  trackPayment: RawPayment
  trackPayments: RawPayment
  subscribeInvoices: RawInvoice
}

export type UnaryMethod = keyof UnaryReplies
export type StreamMethod = keyof StreamMessages
export type Method = UnaryMethod | StreamMethod

interface MethodSpec {
  /** As in the protos: `package.Service` and the method. */
  service: 'lnrpc.Lightning' | 'lnrpc.State' | 'routerrpc.Router' | 'invoicesrpc.Invoices'
  name: string
  /**
   * What a macaroon must allow, `entity:action`.
   * https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (MainRPCServerPermissions),
   * lnrpc/routerrpc/router_server.go and lnrpc/invoicesrpc/invoices_server.go (macPermissions)
   */
  needs: readonly string[]
}

const lightning = (name: string, ...needs: string[]): MethodSpec => ({
  service: 'lnrpc.Lightning',
  name,
  needs,
})
const router = (name: string, ...needs: string[]): MethodSpec => ({
  service: 'routerrpc.Router',
  name,
  needs,
})
const invoices = (name: string, ...needs: string[]): MethodSpec => ({
  service: 'invoicesrpc.Invoices',
  name,
  needs,
})

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
}
