import { decodeOffer } from '@lightning-mcp/codec'
import { LightningError, type Msat, msat } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { isKeptAsItIs } from '../intents/target.ts'
import type { AskedSpend } from './read-spend.ts'
import type { SpendRequest } from './spend-request.ts'

/** Nodes pass on no more of it. */
const MAX_NOTE_LENGTH = 512

/** Reads an offer and what is to be paid for it. Throws for what can never be paid. */
export function readOffer({
  offer: text,
  amountMsat: given,
  payerNote,
}: Extract<SpendRequest, { kind: 'offer' }>): Pick<
  AskedSpend,
  'order' | 'amountMsat' | 'amountGivenMsat' | 'comment'
> {
  const offer = decodeOffer(text)
  if (offer.currency !== undefined)
    throw new LightningError({
      code: 'unsupported',
      message: `the offer is priced in ${offer.currency.code}, and nobody here knows the rate`,
      hint: 'Ask the recipient for a BOLT 11 invoice, or an offer in bitcoin.',
    })
  if (payerNote !== undefined && (!isKeptAsItIs(payerNote) || payerNote.length > MAX_NOTE_LENGTH))
    throw new LightningError({
      code: 'invalid_request',
      message: `a note to the recipient has at most ${MAX_NOTE_LENGTH} whole characters`,
      hint: 'Shorten it, or leave it out.',
    })
  return {
    order: { kind: 'offer', offer },
    amountMsat: amountOf(offer.amountMsat, given),
    ...(given === undefined ? {} : { amountGivenMsat: given }),
    ...(payerNote === undefined || payerNote === '' ? {} : { comment: payerNote }),
  }
}

function amountOf(own: Msat | undefined, given: Msat | undefined): Msat {
  if (own !== undefined) {
    if (given === undefined) return own
    throw new LightningError({
      code: 'amount_not_allowed',
      message: `the offer has its own amount of ${amountText(own)}, so none may be given`,
      hint: 'Leave the amount out.',
    })
  }
  if (given === undefined)
    throw new LightningError({
      code: 'amount_required',
      message: 'the offer leaves the amount to the payer, and none was given',
      hint: 'Give the amount to pay.',
    })
  if (msat(given) > 0n) return given
  throw new LightningError({
    code: 'invalid_request',
    message: 'the amount must be above zero',
    hint: 'Give a positive amount.',
  })
}

/** Short, and the same for every spelling: the offer's id commits to all that it says. */
export const offerDestination = ({ offerId }: { offerId: string }): string => `offer:${offerId}`
