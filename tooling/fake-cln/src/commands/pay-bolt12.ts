import { type DecodedOffer, decodeBolt12Invoice, decodeOffer } from '@lightning-mcp/codec'
import { LightningError, msat } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import type { SendOrder } from '../node/send-payment.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'
import { readMaxFee, readRetrySeconds } from './payment-terms.ts'

/** What an offer, or a fetched invoice of one, has `xpay` do. */
export async function bolt12Order(node: FakeNode, params: Parameters, text: string): Promise<SendOrder> {
  const asked = params.msat('amount_msat')
  const fetched = /^lno1/i.test(text)
    ? await fetchFor(node, readOffer(text), asked, params.text('payer_note'))
    : node.offers.fetched(text.toLowerCase())
  const invoice = readInvoice(fetched?.invoice ?? text)
  const lateSeconds = node.now() - invoice.expiresAt
  if (lateSeconds >= 0) throw new RpcError(207, `Invoice expired ${lateSeconds} seconds ago`)
  if (fetched === undefined) throw new RpcError(205, 'Failed: We could not find a usable set of paths.')
  const maxFeeMsat = readMaxFee(params, fetched.amountMsat)
  return {
    paymentHash: invoice.paymentHash,
    destination: fetched.nodeId,
    amountMsat: fetched.amountMsat,
    expectedSentMsat: fetched.amountMsat,
    bolt12: fetched.invoice,
    label: params.text('label'),
    target: { nodeId: fetched.nodeId, amountMsat: fetched.amountMsat },
    maxFeeMsat,
    send: () =>
      node.link.call('payOffer', {
        offer: fetched.offer,
        invoice: fetched.invoice,
        maxFeeMsat: msat(maxFeeMsat),
        timeoutSeconds: readRetrySeconds(params),
      }),
  }
}

/** An invoice for an offer, whose amount the payer names if and only if the offer does not. */
export async function fetchFor(
  node: FakeNode,
  offer: DecodedOffer,
  asked: bigint | undefined,
  note: string | undefined,
) {
  if (offer.amountMsat === undefined && asked === undefined)
    throw new RpcError(INVALID_PARAMS, 'amount_msat parameter required')
  if (offer.amountMsat !== undefined && asked !== undefined)
    throw new RpcError(INVALID_PARAMS, 'amount_msat parameter unnecessary')
  if (offer.expiresAt !== undefined && offer.expiresAt <= node.now())
    throw new RpcError(1002, 'Offer expired')
  return node.offers.fetch(offer, asked === undefined ? undefined : msat(asked), note)
}

export function readOffer(text: string): DecodedOffer {
  try {
    return decodeOffer(text)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    throw new RpcError(INVALID_PARAMS, `Unparsable offer: ${error.message}`)
  }
}

function readInvoice(text: string) {
  try {
    return decodeBolt12Invoice(text)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    throw new RpcError(INVALID_PARAMS, `Invalid bolt12 invoice: ${error.message}`)
  }
}
