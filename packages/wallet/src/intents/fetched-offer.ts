import { decodeBolt12Invoice } from '@lightning-mcp/codec'
import { type FetchedInvoice, LightningError, sameNetwork } from '@lightning-mcp/core'
import { offerDestination } from '../spending/read-offer.ts'
import type { Intent } from './intent.ts'
import type { PinnedOffer } from './pinned.ts'

/**
 * What an offer's owner answered, as what the payment is pinned to. Throws unless it is an invoice of
 * exactly this offer, amount and network, signed by whom the offer names, and under the hash that the
 * backend told.
 */
export function readFetched(intent: Intent, fetched: FetchedInvoice, nowMs: number): PinnedOffer {
  const decoded = decodeBolt12Invoice(fetched.invoice)
  const fault = [
    offerDestination({ offerId: decoded.offerId ?? '' }) === intent.destination
      ? undefined
      : 'of another offer',
    decoded.amountMsat === intent.amountMsat && fetched.amountMsat === intent.amountMsat
      ? undefined
      : 'of another amount than was asked for',
    sameNetwork(decoded.network, intent.backendNetwork) ? undefined : 'of another network',
    intent.payee === undefined || decoded.nodeId === intent.payee ? undefined : 'of another recipient',
    decoded.paymentHash === fetched.paymentHash ? undefined : 'under another payment hash than the node said',
  ].find((words) => words !== undefined)
  if (fault !== undefined)
    throw new LightningError({
      code: 'invalid_invoice',
      message: `the recipient of the offer made an invoice ${fault}; nothing was sent`,
      hint: 'Do not pay it. Try again later, or ask the recipient.',
    })
  const pinned: PinnedOffer = {
    paymentHash: decoded.paymentHash,
    payee: intent.payee ?? decoded.nodeId,
    details: intent.details ?? {},
    offerInvoice: { text: decoded.invoice, expiresAtMs: decoded.expiresAt * 1000 },
  }
  assertNotExpired(pinned, nowMs)
  return pinned
}

/** Throws for an invoice that nobody takes any more. */
export function assertNotExpired({ offerInvoice }: PinnedOffer, nowMs: number): void {
  if (nowMs < offerInvoice.expiresAtMs) return
  throw new LightningError({
    code: 'invoice_expired',
    message: 'the invoice of the offer has expired',
    hint: 'Call again: a fresh one is fetched.',
  })
}
