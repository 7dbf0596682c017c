import { decodeInvoice } from '@lightning-mcp/codec'
import type { DecodedInvoice } from '@lightning-mcp/core'
import { capturedAnswer } from '../captures.ts'
import { digits, type JsonObject } from '../json.ts'
import { malformed } from '../wire/refusal.ts'

const created = capturedAnswer('createinvoice')

/** Eclair writes this into each of its invoices. */
const PAYMENT_METADATA = created['paymentMetadata']
export const INVOICE_FEATURES = created['features'] as JsonObject

/** Decodes an invoice of a request, or refuses it as Eclair does. */
export function readInvoice(text: string): DecodedInvoice {
  try {
    return decodeInvoice(text)
  } catch {
    throw malformed('invoice', /^ln[a-z0-9]+$/i.test(text) ? 'invalid character' : 'invalid bech32 string')
  }
}

/** A BOLT 11 invoice as `createinvoice`, `getinvoice` and `parseinvoice` answer it. */
export const invoiceJson = (decoded: DecodedInvoice): JsonObject => ({
  ...invoiceHead(decoded),
  paymentHash: decoded.paymentHash,
  paymentMetadata: decoded.metadata ?? PAYMENT_METADATA,
  expiry: decoded.expiresAt - decoded.createdAt,
  ...invoiceTail(decoded),
})

/** What Eclair notes down for a payment without an invoice: no expiry and no metadata. */
export const keysendInvoiceJson = (decoded: DecodedInvoice): JsonObject => ({
  ...invoiceHead(decoded),
  paymentHash: decoded.paymentHash,
  ...invoiceTail(decoded),
})

const invoiceHead = (decoded: DecodedInvoice): JsonObject => ({
  prefix: /^ln(?:bcrt|tbs|tb|bc)/.exec(decoded.invoice)?.[0],
  timestamp: decoded.createdAt,
  nodeId: decoded.payee,
  serialized: decoded.invoice,
  description: decoded.description,
  descriptionHash: decoded.descriptionHash,
})

const invoiceTail = (decoded: DecodedInvoice): JsonObject => ({
  minFinalCltvExpiry: decoded.minFinalCltvDelta,
  amount: decoded.amountMsat === undefined ? undefined : digits(decoded.amountMsat),
  features: INVOICE_FEATURES,
  routingInfo: decoded.routeHints.map((hops) =>
    hops.map((hop) => ({
      nodeId: hop.nodeId,
      shortChannelId: hop.shortChannelId,
      feeBase: digits(hop.feeBaseMsat),
      feeProportionalMillionths: hop.feeProportionalMillionths,
      cltvExpiryDelta: hop.cltvExpiryDelta,
    })),
  ),
})
