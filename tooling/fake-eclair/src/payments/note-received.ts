import { randomBytes } from 'node:crypto'
import {
  decodeBolt12Invoice,
  decodeInvoice,
  encodeBolt12Invoice,
  encodeInvoice,
  encodeInvoiceRequest,
} from '@lightning-mcp/codec'
import { type Invoice, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import { bolt12InvoiceJson } from '../books/bolt12-json.ts'
import type { IncomingRow } from '../books/incoming-book.ts'
import { keysendInvoiceJson } from '../books/invoice-json.ts'
import type { OfferRow } from '../books/offer-book.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type JsonObject } from '../json.ts'
import { moment } from '../times.ts'

const FINAL_CLTV_DELTA = 30
const EXPIRY_SECONDS = 3600

/** The engine says that money has come: into the books, and out to the websockets. */
export function noteReceived(node: EclairNode, invoice: Invoice): void {
  const row = node.incoming.byHash(invoice.paymentHash) ?? noteUnasked(node, invoice)
  if (row.received !== undefined) return
  const atMs = node.clock.now()
  const amountMsat = invoice.receivedMsat ?? ZERO_MSAT
  const event = {
    type: 'payment-received',
    paymentHash: invoice.paymentHash,
    parts: [{ ...node.anyChannel(), amount: digits(amountMsat), receivedAt: moment(atMs) }],
  }
  node.incoming.take(row, amountMsat, atMs, event)
  node.events.publish(event)
}

/** Money for which nobody made an invoice by `createinvoice`: for an offer, or out of the blue. */
function noteUnasked(node: EclairNode, invoice: Invoice): IncomingRow {
  const createdAt = Math.floor(node.clock.now() / 1000)
  const amountMsat = invoice.receivedMsat ?? ZERO_MSAT
  const offer = node.offers.all().find(({ description }) => description === invoice.description)
  const row: IncomingRow = {
    paymentHash: invoice.paymentHash,
    preimage: invoice.preimage ?? '',
    type: offer === undefined ? 'KeySend' : 'Blinded',
    invoice:
      offer === undefined
        ? keysendJson(node, invoice.paymentHash, amountMsat, createdAt)
        : offerJson(node, offer, invoice.paymentHash, amountMsat, createdAt),
    createdMs: createdAt * 1000,
    expiresMs: (createdAt + EXPIRY_SECONDS) * 1000,
  }
  node.incoming.add(row)
  return row
}

const keysendJson = (
  node: EclairNode,
  paymentHash: Invoice['paymentHash'],
  amountMsat: Msat,
  createdAt: number,
): JsonObject =>
  keysendInvoiceJson(
    decodeInvoice(
      encodeInvoice(
        {
          network: 'regtest',
          paymentHash,
          paymentSecret: randomBytes(32).toString('hex'),
          createdAt,
          amountMsat,
          description: 'Donation',
          minFinalCltvDelta: FINAL_CLTV_DELTA,
        },
        node.privateKey,
      ),
    ),
  )

/** The engine keeps no text of the invoice that it gave out: one that says the same. */
function offerJson(
  node: EclairNode,
  { encoded }: OfferRow,
  paymentHash: Invoice['paymentHash'],
  amountMsat: Msat,
  createdAt: number,
): JsonObject {
  const invoiceRequest = encodeInvoiceRequest(
    { offer: encoded, network: 'regtest', amountMsat, metadata: randomBytes(16).toString('hex') },
    randomBytes(32),
  )
  const text = encodeBolt12Invoice(
    {
      invoiceRequest,
      paymentHash,
      amountMsat,
      createdAt,
      expirySeconds: EXPIRY_SECONDS,
      minFinalCltvDelta: FINAL_CLTV_DELTA,
    },
    node.privateKey,
  )
  return bolt12InvoiceJson(decodeBolt12Invoice(text))
}
