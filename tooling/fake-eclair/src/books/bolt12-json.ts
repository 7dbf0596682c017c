import type { DecodedBolt12Invoice } from '@lightning-mcp/codec'
import { capturedAnswer } from '../captures.ts'
import { digits, type JsonObject } from '../json.ts'

const capturedInvoice = capturedAnswer<readonly JsonObject[]>('getsentinfo-offer')[0]?.[
  'invoice'
] as JsonObject
const capturedPath = (capturedInvoice['blindedPaths'] as readonly JsonObject[])[0] as {
  blindedNodeIds: readonly string[]
}
const capturedParts = capturedAnswer('payoffer-blocking')['parts'] as readonly {
  route: readonly JsonObject[]
}[]
const capturedHop = capturedParts[0]?.route.at(-1) as JsonObject

/** The node at the end of every blinded path here: what a payer sees of one says nothing. */
export const BLINDED_NODE_ID = capturedPath.blindedNodeIds[0] as string

/** A fetched invoice as `getsentinfo` tells it. */
export const bolt12InvoiceJson = (invoice: DecodedBolt12Invoice): JsonObject => ({
  amount: digits(invoice.amountMsat),
  nodeId: invoice.nodeId,
  paymentHash: invoice.paymentHash,
  description: invoice.description,
  features: capturedInvoice['features'],
  blindedPaths: [{ introductionNodeId: invoice.nodeId, blindedNodeIds: [BLINDED_NODE_ID] }],
  createdAt: invoice.createdAt,
  expiresAt: invoice.expiresAt,
  serialized: invoice.invoice,
})

/** The last hop of a payment to an offer, as the outcome of a payment tells it. */
export const blindedHopJson = (recipientNodeId: string, amountMsat: bigint): JsonObject => {
  const resolved = capturedHop['resolved'] as { route: JsonObject; paymentInfo: JsonObject }
  return {
    ...capturedHop,
    resolved: {
      route: { ...resolved.route, firstNodeId: recipientNodeId },
      paymentInfo: { ...resolved.paymentInfo, maxHtlc: digits(amountMsat) },
    },
  }
}
