import { msat } from '@lightning-mcp/core'
import { toOfferLine } from '../node/offer-book.ts'
import type { Commands } from '../rpc/command.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'
import { fetchFor, readOffer } from './pay-bolt12.ts'

/** BOLT 12. */
export const offerCommands: Commands = {
  offer: async (node, params) => {
    const description = params.plainText('description')
    const expiresAt = params.number('absolute_expiry')
    const amountMsat = params.raw('amount') === 'any' ? undefined : params.msat('amount')
    if (amountMsat === 0n)
      throw badParameter('amount', 'should be positive', JSON.stringify(params.raw('amount')))
    const { row, created } = await node.offers.create({
      ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
      ...(description === undefined ? {} : { description }),
      ...(expiresAt === undefined ? {} : { expirySeconds: expiresAt - node.now() }),
      label: params.text('label'),
      singleUse: params.flag('single_use') ?? false,
    })
    const { description: _told, ...line } = toOfferLine(row)
    return { ...line, created }
  },

  listoffers: (node, params) => {
    const id = params.hash('offer_id')
    const activeOnly = params.flag('active_only') ?? false
    const rows = id === undefined ? node.offers.all() : [node.offers.own(id) ?? []].flat()
    return { offers: rows.filter(({ active }) => active || !activeOnly).map(toOfferLine) }
  },

  disableoffer: async (node, params) => {
    const row = node.offers.own(params.hash('offer_id') ?? '')
    if (row === undefined) throw new RpcError(1000, 'Unknown offer')
    if (!row.active) throw new RpcError(1001, 'offer is not active')
    await node.offers.disable(row)
    return toOfferLine(row)
  },

  fetchinvoice: async (node, params) => {
    const offer = readOffer(params.text('offer') ?? '')
    const fetched = await fetchFor(node, offer, params.msat('amount_msat'), params.text('payer_note'))
    return { invoice: fetched.invoice, changes: {} }
  },
}
