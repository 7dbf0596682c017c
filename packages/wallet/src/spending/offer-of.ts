import { decodeOffer } from '@lightning-mcp/codec'
import { LightningError } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { offerDestination } from './read-offer.ts'
import { detailsOf, type OfferDetails } from './spend-plan.ts'

/**
 * The offer of an intent. The text beside it has to be that of the destination: that is what was judged
 * and approved.
 */
export function offerOf(intent: Intent): OfferDetails {
  const details = detailsOf<OfferDetails>(intent)
  if (offerDestination(decodeOffer(details.offer)) === intent.destination) return details
  throw new LightningError({
    code: 'internal',
    message: 'the record of this payment names another offer than it was made for; nothing was sent',
    hint: 'The owner has to find out who changed the ledger.',
    retry: 'never',
    sent: 'no',
  })
}
