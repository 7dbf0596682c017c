import { satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import { satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { ADDS, defineTool } from '../tool.ts'
import { offerShape, offerView } from '../views/offer.ts'

export const createOffer = defineTool({
  name: 'create_offer',
  title: 'Create an offer',
  description:
    'Make a BOLT12 offer, which can be paid many times, by anybody whose wallet knows BOLT12. For one payment use create_invoice.',
  effect: 'receive',
  annotations: ADDS,
  requires: ['offers.create'],
  input: z.strictObject({
    amount_sats: field.amountSats('Amount in sats; leave it out to let the payer choose').optional(),
    memo: field.memo('Shown to payers').optional(),
    expiry_seconds: field.offerExpirySeconds.optional(),
  }),
  output: z.object(offerShape),
  async run(args, { wallet, signal }) {
    const create = wallet.manage.offers?.create ?? unsupportedNow('make offers')
    const made = await create({
      ...(args.amount_sats === undefined ? {} : { amountMsat: satToMsat(BigInt(args.amount_sats)) }),
      ...(args.memo === undefined ? {} : { description: args.memo }),
      ...(args.expiry_seconds === undefined ? {} : { expirySeconds: args.expiry_seconds }),
      signal,
    })
    const data = offerView(made)
    const amount = data.amount_sats === undefined ? 'any amount' : satsText(data.amount_sats)
    return { data, text: `Offer over ${amount}: ${made.offer}` }
  },
})
