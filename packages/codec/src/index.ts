export { type Bip21, parseBip21 } from './bip21.ts'
export { type BitcoinAddress, type BitcoinAddressType, parseBitcoinAddress } from './bitcoin-address.ts'
export {
  type AssertPayableContext,
  type AssertPayableRequest,
  assertPayable,
} from './bolt11/assert-payable.ts'
export { decodeInvoice } from './bolt11/decode-invoice.ts'
export { encodeInvoice, type InvoiceFields } from './bolt11/encode-invoice.ts'
export { type DecodedBolt12Invoice, decodeBolt12Invoice } from './bolt12/decode-bolt12-invoice.ts'
export { type DecodedInvoiceRequest, decodeInvoiceRequest } from './bolt12/decode-invoice-request.ts'
export { type DecodedOffer, decodeOffer } from './bolt12/decode-offer.ts'
export { type Bolt12InvoiceFields, encodeBolt12Invoice } from './bolt12/encode-bolt12-invoice.ts'
export { encodeInvoiceRequest, type InvoiceRequestFields } from './bolt12/encode-invoice-request.ts'
export { encodeOffer, type OfferFields } from './bolt12/encode-offer.ts'
export {
  type Bip353Address,
  type LightningAddress,
  parseBip353,
  parseLightningAddress,
  type UrlOptions,
} from './lightning-address.ts'
export { decodeLnurl, encodeLnurl, type Lnurl, type LnurlAction } from './lnurl.ts'
export { type NodeUri, parseNodeUri } from './node-uri.ts'
export { type Destination, type DestinationKind, parseDestination } from './parse-destination.ts'
