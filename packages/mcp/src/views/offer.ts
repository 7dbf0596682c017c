import type { Offer } from '@lightning-mcp/core'
import * as z from 'zod'
import { holdsIf, optionalAmountShape } from '../amounts.ts'
import { listedText } from '../outside-text.ts'
import { isoTimeIf } from '../time.ts'

/** Fields of an offer of this node. */
export const offerShape = {
  offer: z.string(),
  offer_id: z.string(),
  active: z.boolean(),
  ...optionalAmountShape('amount'),
  memo: z.string().optional(),
  expires_at: z.string().optional(),
}

export const offerView = (offer: Offer) => ({
  offer: offer.offer,
  offer_id: offer.offerId,
  active: offer.active,
  ...holdsIf('amount', offer.amountMsat),
  ...listedText('memo', offer.description),
  ...isoTimeIf('expires_at', offer.expiresAt),
})
