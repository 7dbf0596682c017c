import * as z from 'zod'
import { counted } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { defineTool, READS } from '../tool.ts'
import { offerShape, offerView } from '../views/offer.ts'
import { moreText, pageFields, pageShape } from '../views/page.ts'

/** Offers are long, and each is shown whole. */
const DEFAULT_LIMIT = 4

export const listOffers = defineTool({
  name: 'list_offers',
  title: 'Offers',
  description: 'BOLT12 offers of this node, a page at a time.',
  effect: 'read',
  annotations: READS,
  requires: ['offers.list'],
  input: z.strictObject({ limit: field.limit(DEFAULT_LIMIT).optional(), cursor: field.cursor.optional() }),
  output: z.object({ offers: z.array(z.object(offerShape)), ...pageShape }),
  async run(args, { wallet, signal }) {
    const facet = wallet.node.offers ?? unsupportedNow('list offers')
    const page = await facet.list({
      limit: args.limit ?? DEFAULT_LIMIT,
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
      signal,
    })
    const offers = page.items.map(offerView)
    const active = offers.filter((offer) => offer.active).length
    return {
      data: { offers, ...pageFields('offers', offers, ['memo'], page.nextCursor) },
      text:
        offers.length === 0
          ? 'No offers.'
          : `${counted(offers.length, 'offer')}, ${active} active.${moreText(page.nextCursor)}`,
    }
  },
})
