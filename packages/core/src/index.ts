export { type BackendModule, type BackendOption, INTERFACE_VERSION } from './backend-module.ts'
export type { Balance, OnchainBalance } from './balance.ts'
export type { CallOptions } from './call-options.ts'
export {
  CAPABILITIES,
  type Capabilities,
  type Capability,
  declareCapabilities,
  narrowCapabilities,
  type Support,
  supports,
} from './capabilities.ts'
export type { DecodedInvoice, RouteHintHop } from './decoded-invoice.ts'
export type {
  DestinationResolver,
  DestinationTerms,
  MintedInvoice,
  ResolveDestinationRequest,
} from './destination-resolver.ts'
export { ERROR_CODES, type ErrorCode, type Retry, type Sent } from './error-codes.ts'
export type { LightningEvent, LightningEventType, WatchRequest } from './events.ts'
export type {
  Channel,
  ChannelOperation,
  ChannelPolicy,
  ChannelRef,
  ChannelState,
  ChannelsFacet,
  OpenChannelRequest,
  SplicingFacet,
} from './facets/channels.ts'
export type { CreateHoldInvoiceRequest, HoldFacet, InvoicesFacet } from './facets/hold.ts'
export type { KeysendFacet, KeysendRequest } from './facets/keysend.ts'
export type {
  BackupFacet,
  FeeReport,
  Forward,
  ForwardsFacet,
  GraphFacet,
  GraphNode,
  MessagesFacet,
  Watchtower,
  WatchtowersFacet,
} from './facets/node.ts'
export type { FetchedInvoice, Offer, OffersFacet, PayOfferRequest } from './facets/offers.ts'
export type {
  OnchainFacet,
  OnchainOutput,
  OnchainSend,
  OnchainTransaction,
  SendOnchainRequest,
  Utxo,
} from './facets/onchain.ts'
export type { Peer, PeersFacet } from './facets/peers.ts'
export type {
  FeeEstimate,
  FeeEstimateMethod,
  Route,
  RouteHop,
  RouteTarget,
  RoutingFacet,
} from './facets/routing.ts'
export {
  type DescriptionHash,
  descriptionHash,
  type NodeId,
  nodeId,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
  type TxId,
  txId,
} from './hex.ts'
export type { CreateInvoiceRequest, Invoice, InvoiceStatus } from './invoice.ts'
export type { BackendFacets, LightningBackend } from './lightning-backend.ts'
export { type BackendFault, LightningError, type LightningErrorOptions } from './lightning-error.ts'
export { nearest } from './nearest.ts'
export { BOLT11_PREFIX, NETWORKS, type Network, sameNetwork } from './network.ts'
export { type CallsOf, MANAGING_CALLS, READING_CALLS } from './node-calls.ts'
export type { NodeInfo } from './node-info.ts'
export {
  type FacetName,
  OPERATION_NAMES,
  OPERATIONS,
  type Operation,
  type OperationClass,
  splitOperation,
} from './operations.ts'
export { badCursor, checkPageLimit, type Page, type PageRequest, pageOf } from './page.ts'
export type {
  FailureReason,
  PayInvoiceRequest,
  Payment,
  PaymentFailure,
  PaymentKey,
  PaymentStatus,
} from './payment.ts'
export type { BackendIdentity, BackendProfile, Permission, PermissionArea } from './profile.ts'
export { Secret } from './secret.ts'
export { cleanText, MAX_UNTRUSTED_TEXT } from './text.ts'
export {
  type ListTransactionsRequest,
  type Transaction,
  type TransactionDirection,
  type TransactionStatus,
  transactionOfInvoice,
} from './transaction.ts'
export {
  addMsat,
  clampSubMsat,
  MAX_MSAT,
  type Msat,
  msat,
  msatToSatCeil,
  msatToSatExact,
  msatToSatFloor,
  type Sat,
  sat,
  satToMsat,
  subMsat,
  type UnixSeconds,
  ZERO_MSAT,
} from './units.ts'
export type { Warning } from './warning.ts'
