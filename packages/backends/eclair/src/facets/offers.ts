import { decodeOffer } from '@lightning-mcp/codec'
import {
  cleanText,
  LightningError,
  type Msat,
  type Network,
  type Offer,
  type OffersFacet,
  type PayOfferRequest,
} from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { unreadable } from '../errors.ts'
import { lookTwice } from '../follow-payment.ts'
import { pageDownwards } from '../paging.ts'
import { checkTimeout, feeLimit, payByMethod } from '../payments.ts'
import type { ProcessMemory } from '../process-memory.ts'
import { toPayment } from '../sent-payments.ts'
import { isText, toList, toMsat, toObject, toSeconds } from '../to-core.ts'

interface RawOffer {
  amountMsat?: unknown
  description?: unknown
  createdAt?: unknown
  disabled?: unknown
  encoded?: unknown
}

interface OffersContext {
  client: EclairClient
  memory: ProcessMemory
  /** Of the node; asked before a payment. */
  network(signal: AbortSignal | undefined): Promise<Network>
  now(): number
}

/** BOLT 12. Eclair fetches an offer's invoice itself and pays it in one call: its hash is known afterwards. */
export function createOffersFacet({ client, memory, network, now }: OffersContext): OffersFacet {
  const listAll = async (signal: AbortSignal | undefined) =>
    toList(await client.call('listoffers', { activeOnly: false }, { signal }), 'listoffers').map((each) =>
      readOffer(each, now()),
    )
  return {
    async create({ amountMsat, description, expirySeconds, signal }) {
      const form = {
        amountMsat,
        // BOLT 12: an offer with an amount has a description
        description: description ?? (amountMsat === undefined ? undefined : ''),
        expireInSeconds: expirySeconds,
      }
      const { offer } = readOffer(await client.call('createoffer', form, { signal }), now())
      if (offer.amountMsat !== amountMsat) throw unreadable('a new offer is over another amount')
      return offer
    },
    async list(request) {
      const offers = await listAll(request.signal)
      const { items, nextCursor } = pageDownwards(offers, request, keyOf)
      return {
        items: items.map(({ offer }) => offer),
        ...(nextCursor === undefined ? {} : { nextCursor }),
      }
    },
    async disable({ offerId, signal }) {
      const found = (await listAll(signal)).find(({ offer }) => offer.offerId === offerId.toLowerCase())
      if (found === undefined)
        throw new LightningError({
          code: 'not_found',
          message: 'this node has no such offer',
          hint: 'Look into the list of offers.',
          sent: 'no',
        })
      const answer = await client.call('disableoffer', { offer: found.offer.offer }, { signal })
      // capture disableoffer: { offerId: true }
      if (toObject<Record<string, unknown>>(answer, 'disableoffer')[found.offer.offerId] !== true)
        throw unreadable('an offer was not disabled')
      return { ...found.offer, active: false }
    },
    async pay(request) {
      const amountMsat = await checkOffer(request, network, now())
      const form = { offer: request.offer, amountMsat, ...feeLimit(request.maxFeeMsat) }
      const payment = await payByMethod(client, 'payoffer', form, {
        timeoutMs: checkTimeout(request.timeoutSeconds),
        signal: request.signal,
        memory,
      })
      if (request.payerNote === undefined) return payment
      const message = 'Eclair sends no note to the owner of an offer'
      return { ...payment, warnings: [...(payment.warnings ?? []), { code: 'unsupported', message }] }
    },
    async listPayments({ offer, signal }) {
      const parts = await lookTwice(client, { offer }, signal)
      const parents = new Set(parts.map(({ parentId }) => parentId))
      return [...parents]
        .flatMap((parent) => toPayment(parts.filter(({ parentId }) => parentId === parent)) ?? [])
        .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    },
  }
}

const keyOf = ({ offer, createdAt }: { offer: Offer; createdAt: number }): string =>
  `${String(createdAt).padStart(12, '0')}:${offer.offerId}`

function readOffer(value: unknown, now: number): { offer: Offer; createdAt: number } {
  const raw = toObject<RawOffer>(value, 'an offer')
  if (!isText(raw.encoded)) throw unreadable('an offer has no text')
  const decoded = decodeOffer(raw.encoded)
  const { offerId, expiresAt } = decoded
  const offer: Offer = {
    offer: raw.encoded,
    offerId,
    ...(raw.amountMsat === undefined || raw.amountMsat === null
      ? {}
      : { amountMsat: toMsat(raw.amountMsat) }),
    ...(isText(raw.description) && raw.description !== '' ? { description: cleanText(raw.description) } : {}),
    active: raw.disabled !== true && (expiresAt === undefined || expiresAt > now),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  return { offer, createdAt: toSeconds(raw.createdAt) }
}

/** Refuses before any I/O what cannot be paid; answers what Eclair is to pay, which it wants told in every case. */
async function checkOffer(
  { offer, amountMsat, invoice, signal }: PayOfferRequest,
  network: OffersContext['network'],
  now: number,
): Promise<Msat> {
  const refuse = (code: LightningError['code'], message: string, hint: string): LightningError =>
    new LightningError({ code, message, hint })
  if (invoice !== undefined)
    throw refuse('unsupported', 'Eclair fetches the invoice of an offer itself', 'Leave the invoice out.')
  const decoded = decodeOffer(offer)
  if (decoded.expiresAt !== undefined && decoded.expiresAt <= now)
    throw refuse('invoice_expired', 'the offer has expired', 'Ask its owner for a fresh one.')
  if (decoded.currency !== undefined)
    throw refuse(
      'unsupported',
      'the offer is priced in another currency',
      'Ask its owner for one in bitcoin.',
    )
  if (decoded.amountMsat !== undefined && amountMsat !== undefined)
    throw refuse('amount_not_allowed', 'the offer has its own amount', 'Leave the amount out.')
  const amount = decoded.amountMsat ?? amountMsat
  if (amount === undefined)
    throw refuse('amount_required', 'the offer leaves the amount to the payer', 'Give the amount.')
  if (typeof amount !== 'bigint' || amount <= 0n)
    throw refuse('invalid_request', 'the amount to pay must be above zero', 'Give a positive amount.')
  if (!decoded.networks.includes(await network(signal)))
    throw refuse(
      'wrong_network',
      'the offer is of another network',
      'Ask for one on the network of this node.',
    )
  return amount
}
