import { decodeOffer, encodeOffer } from '@lightning-mcp/codec'
import { LightningError, type Msat, type Offer, type Page, type PageRequest } from '@lightning-mcp/core'
import { checkPage, countBefore } from '../history.ts'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes } from '../nodes/keys.ts'
import { type SimulatedOffer, toOffer } from './offer.ts'

const METADATA_BYTES = 16

export interface OfferOrder {
  amountMsat?: Msat
  description?: string
  expirySeconds?: number
}

/** Writes an offer and puts it into the node's books. Two that say the same are two. */
export function createOffer(state: NetworkState, name: string, order: OfferOrder): SimulatedOffer {
  const { amountMsat, expirySeconds } = order
  if (expirySeconds !== undefined && (!Number.isSafeInteger(expirySeconds) || expirySeconds < 1))
    throw new LightningError({
      code: 'invalid_request',
      message: 'the expiry must be a whole number of seconds, at least 1',
      hint: 'Leave it out for an offer that does not expire.',
    })
  // BOLT 12: an amount needs a description
  const description = order.description ?? (amountMsat === undefined ? undefined : '')
  const expiresAt = expirySeconds === undefined ? undefined : state.now() + expirySeconds
  const sequence = state.nextSequence()
  const fields = {
    ...(amountMsat === undefined ? {} : { amountMsat }),
    ...(description === undefined ? {} : { description }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  const metadata = deriveBytes(state.seed, 'offer', name, sequence).subarray(0, METADATA_BYTES)
  const offer = encodeOffer({
    network: 'regtest',
    issuerId: state.node(name).nodeId,
    metadata: Buffer.from(metadata).toString('hex'),
    ...fields,
  })
  const { offerId } = decodeOffer(offer)
  const kept: SimulatedOffer = { sequence, node: name, offer, offerId, ...fields, enabled: true }
  state.add({ type: 'offer', value: kept })
  return kept
}

/** No invoice is made for it any more. Stopping it again answers the same. */
export function disableOffer(state: NetworkState, name: string, offerId: string): SimulatedOffer {
  const offer = state.offers.get(name)?.find((kept) => kept.offerId === offerId)
  if (offer === undefined)
    throw new LightningError({
      code: 'not_found',
      message: 'this node has no such offer',
      hint: 'List the offers and give the id of one.',
      sent: 'no',
    })
  offer.enabled = false
  state.changed({ type: 'offer', value: offer })
  return offer
}

/** The node's offers, newest first; a cursor is the sequence of the last one of its page. */
export function listOffers(state: NetworkState, name: string, request: PageRequest): Page<Offer> {
  checkPage(request)
  const offers = state.offers.get(name) ?? []
  const end = request.cursor === undefined ? offers.length : countBefore(offers, Number(request.cursor))
  const page = offers.slice(Math.max(0, end - request.limit), end).reverse()
  const items = page.map((offer) => toOffer(offer, state.now()))
  return end > page.length ? { items, nextCursor: String(page.at(-1)?.sequence) } : { items }
}
