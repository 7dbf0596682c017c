import type { Msat, Network, NodeId, UnixSeconds } from '@lightning-mcp/core'
import { optional, readAmount, readChain, readFeatureBits, readPoint, readText } from './field-values.ts'
import { isKnownOfferType, isOfferField, readOfferFields } from './offer-fields.ts'
import { readOfferPaths } from './offer-paths.ts'
import { fieldOf, readTruncated, type TlvRecord } from './tlv-stream.ts'

const KNOWN_TYPES = new Set([0n, 80n, 82n, 84n, 86n, 88n, 90n])

/** What a request for an invoice says; the invoice repeats it field by field. */
export interface RequestFields {
  /** Of the offer that was answered to; absent: money is offered without one. */
  offerId?: string
  /** Who made the offer, where it says so. */
  issuerId?: NodeId
  /** Of the offer. */
  offerAmountMsat?: Msat
  offerExpiresAt?: UnixSeconds
  description?: string
  network: Network
  /** What the payer wants to pay, where he says so. */
  requestedMsat?: Msat
  quantity?: bigint
  payerId: NodeId
  payerNote?: string
}

/** Requests use the types 0 to 159 and two experimental ranges. */
export const isRequestField = (record: TlvRecord): boolean =>
  isOfferField(record) ||
  record.type === 0n ||
  (record.type >= 80n && record.type <= 159n) ||
  (record.type >= 2_000_000_000n && record.type <= 2_999_999_999n)

/** Reads the fields of a request, in itself or in its invoice. Throws a plain `Error` that says what is wrong. */
export function readRequestFields(records: readonly TlvRecord[]): RequestFields {
  for (const { type } of records)
    if (type % 2n === 0n && !KNOWN_TYPES.has(type) && !isKnownOfferType(type))
      throw new Error('it requires a field that is not known here')
  const field = fieldOf(records)
  if (field(0n) === undefined) throw new Error('it has no metadata of the payer')
  const payerKey = field(88n)
  if (payerKey === undefined) throw new Error('it names no payer')
  optional(field(84n), (value) => readFeatureBits(value, []))
  optional(field(90n), readOfferPaths)
  const answersOffer = field(16n) !== undefined || field(22n) !== undefined
  const offer = answersOffer ? readOfferFields(records.filter(isOfferField)) : undefined
  const description = offer?.description ?? optional(field(10n), readText)
  const network = readChain(field(80n))
  if (offer !== undefined && !offer.networks.includes(network))
    throw new Error('its network is none of the offer')
  const requestedMsat = optional(field(82n), readAmount)
  const quantity = optional(field(86n), readTruncated)
  const payerNote = optional(field(89n), readText)
  return {
    ...(offer === undefined ? {} : { offerId: offer.offerId }),
    ...(offer?.issuerId === undefined ? {} : { issuerId: offer.issuerId }),
    ...(offer?.amountMsat === undefined ? {} : { offerAmountMsat: offer.amountMsat }),
    ...(offer?.expiresAt === undefined ? {} : { offerExpiresAt: offer.expiresAt }),
    ...(description === undefined ? {} : { description }),
    network,
    ...(requestedMsat === undefined ? {} : { requestedMsat }),
    ...(quantity === undefined ? {} : { quantity }),
    payerId: readPoint(payerKey, 'its payer is not a key'),
    ...(payerNote === undefined ? {} : { payerNote }),
  }
}
