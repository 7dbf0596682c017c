import { msat } from '@lightning-mcp/core'
import { toOfferLine } from '../node/offer-book.ts'
import type { Commands } from '../rpc/command.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'
import { fetchFor, readOffer } from './pay-bolt12.ts'

/** BOLT 12. */
export const offerCommands: Commands = {
  offer: (node, params) => {
    const description = params.plainText('description')
    const issuer = params.plainText('issuer')
    const expiresAt = params.number('absolute_expiry')
    const amountMsat = params.raw('amount') === 'any' ? undefined : params.msat('amount')
    if (amountMsat === 0n)
      throw badParameter('amount', 'should be positive', JSON.stringify(params.raw('amount')))
    const { row, created } = node.offers.create({
      ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
      ...(description === undefined ? {} : { description }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      label: params.text('label'),
      singleUse: params.flag('single_use') ?? false,
    })
    if (!created && !row.active) throw new RpcError(1000, "Offer already exists, but isn't active")
    const { description: _told, ...line } = toOfferLine(row)
    return { ...line, created }
  },

  listoffers: (node, params) => {
    const id = params.hash('offer_id')
    const activeOnly = params.flag('active_only') ?? false
    const rows = id === undefined ? node.offers.all() : [node.offers.own(id) ?? []].flat()
    return { offers: rows.filter(({ active }) => active || !activeOnly).map(toOfferLine) }
  },

  disableoffer: (node, params) => {
    const row = node.offers.own(params.hash('offer_id') ?? '')
    if (row === undefined) throw new RpcError(1000, 'Unknown offer')
    if (!row.active) throw new RpcError(1001, 'offer is not active')
    row.active = false
    return toOfferLine(row)
  },

  enableoffer: (node, params) => {
    const row = node.offers.own(params.hash('offer_id') ?? '')
    if (row === undefined) throw new RpcError(1000, 'Unknown offer')
    if (row.active) throw new RpcError(1006, 'offer already active')
    row.active = true
    return toOfferLine(row)
  },

  fetchinvoice: async (node, params) => {
    const offer = readOffer(params.text('offer') ?? '')
    const fetched = await fetchFor(node, offer, params.msat('amount_msat'), params.text('payer_note'))
    return { invoice: fetched.bolt12, changes: {} }
  },
}
