import { type DecodedOffer, decodeBolt12Invoice } from '@lightning-mcp/codec'
import { LightningError, msat } from '@lightning-mcp/core'
import { bolt12InvoiceJson } from '../books/bolt12-json.ts'
import type { OfferRow } from '../books/offer-book.ts'
import { capturedAnswer } from '../captures.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type JsonObject } from '../json.ts'
import { sendPayment } from '../payments/send-payment.ts'
import { moment } from '../times.ts'
import { malformed, Refusal } from '../wire/refusal.ts'
import type { Endpoints } from './endpoint.ts'
import { answerSending, ENGINE_PATIENCE_SECONDS, readTerms } from './payment-endpoints.ts'
import { readOffer } from './read-offer.ts'

const CHAIN_HASH = capturedAnswer('getinfo')['chainHash'] as string
const PAYER_KEY = capturedAnswer<readonly JsonObject[]>('getsentinfo-offer')[0]?.['payerKey_opt'] as string

/** BOLT 12. */
export const offerEndpoints: Endpoints = {
  createoffer: async (node, form) => {
    const amountMsat = form.integer('amountMsat')
    const description = form.text('description')
    const expireInSeconds = form.integer('expireInSeconds')
    if (amountMsat !== undefined && description === undefined)
      throw new Refusal(400, 'A description must be provided when an amount is provided')
    const offer = await node.wallet.offers!.create({
      ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
      ...(description === undefined ? {} : { description }),
      ...(expireInSeconds === undefined ? {} : { expirySeconds: Number(expireInSeconds) }),
    })
    const row: OfferRow = {
      offerId: offer.offerId,
      encoded: offer.offer,
      amountMsat,
      description,
      createdMs: node.clock.now(),
      expiresAt: offer.expiresAt,
    }
    node.offers.add(row)
    return offerJson(node, row)
  },

  listoffers: (node, form) => {
    const activeOnly = form.flag('activeOnly')
    return [...node.offers.all()]
      .reverse()
      .filter(({ disabledMs }) => !activeOnly || disabledMs === undefined)
      .map((row) => offerJson(node, row))
  },

  disableoffer: async (node, form) => {
    const { offerId } = readOffer(form)
    const row = node.offers.byId(offerId)
    if (row !== undefined && row.disabledMs === undefined) {
      await node.wallet.offers!.disable!({ offerId })
      row.disabledMs = node.clock.now()
    }
    return { [offerId]: row !== undefined }
  },

  parseoffer: (_node, form) => {
    const { amountMsat, description, issuer, issuerId } = readOffer(form)
    return {
      chains: [CHAIN_HASH],
      amount: amountMsat === undefined ? undefined : inSatoshi(amountMsat),
      currency: amountMsat === undefined ? undefined : 'satoshi',
      description,
      issuer,
      nodeId: issuerId,
    }
  },

  payoffer: async (node, form) => {
    const offer = readOffer(form)
    const amountMsat = form.needInteger('amountMsat')
    const terms = readTerms(form, amountMsat)
    const invoice = await fetchInvoice(node, offer, amountMsat)
    const sending = sendPayment(node, {
      ...terms,
      paymentHash: invoice.paymentHash,
      recipientNodeId: invoice.nodeId,
      amountMsat,
      type: 'Blinded',
      invoice: bolt12InvoiceJson(invoice),
      payerKey: PAYER_KEY,
      offer: offer.offerId,
      attempt: () =>
        node.wallet.offers!.pay!({
          offer: offer.offer,
          invoice: invoice.invoice,
          ...(offer.amountMsat === undefined ? { amountMsat: msat(amountMsat) } : {}),
          maxFeeMsat: msat(terms.maxFeeMsat),
          timeoutSeconds: ENGINE_PATIENCE_SECONDS,
        }),
    })
    return answerSending(node, form, sending)
  },
}

async function fetchInvoice(
  node: EclairNode,
  offer: DecodedOffer,
  amountMsat: bigint,
): Promise<ReturnType<typeof decodeBolt12Invoice>> {
  if (offer.amountMsat !== undefined && amountMsat < offer.amountMsat)
    throw malformed('amountMsat', `amount must be at least ${offer.amountMsat} msat`)
  try {
    const fetched = await node.wallet.offers!.fetchInvoice!({
      offer: offer.offer,
      ...(offer.amountMsat === undefined ? { amountMsat: msat(amountMsat) } : {}),
    })
    return decodeBolt12Invoice(fetched.invoice)
  } catch (error) {
    throw new Refusal(500, LightningError.is(error) ? error.message : String(error))
  }
}

const offerJson = (node: EclairNode, row: OfferRow): JsonObject => ({
  amountMsat: row.amountMsat === undefined ? undefined : digits(row.amountMsat),
  description: row.description,
  nodeId: node.nodeId,
  createdAt: moment(row.createdMs),
  expiry: row.expiresAt === undefined ? undefined : moment(row.expiresAt * 1000),
  disabled: row.disabledMs !== undefined,
  disabledAt: row.disabledMs === undefined ? undefined : moment(row.disabledMs),
  encoded: row.encoded,
})

/** `7000` msat is `7.000`. */
const inSatoshi = (amountMsat: bigint): string =>
  `${amountMsat / 1000n}.${String(amountMsat % 1000n).padStart(3, '0')}`
