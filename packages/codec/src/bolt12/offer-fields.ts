import { createHash } from 'node:crypto'
import { MAX_MSAT, type Msat } from '@lightning-mcp/core'
import type { DecodedOffer } from './decode-offer.ts'
import { optional, readChains, readCurrency, readFeatureBits, readPoint, readText } from './field-values.ts'
import { merkleRoot } from './merkle-root.ts'
import { readOfferPaths } from './offer-paths.ts'
import { fieldOf, readTruncated, type TlvRecord } from './tlv-stream.ts'

const FIRST_OFFER_TYPE = 1n
const LAST_OFFER_TYPE = 79n
const KNOWN_TYPES = new Set([2n, 4n, 6n, 8n, 10n, 12n, 14n, 16n, 18n, 20n, 22n])

/** Offers use the types 1 to 79 and an experimental range; requests and invoices repeat them. */
export const isOfferField = ({ type }: TlvRecord): boolean =>
  (type >= FIRST_OFFER_TYPE && type <= LAST_OFFER_TYPE) || (type >= 1_000_000_000n && type <= 1_999_999_999n)

export const isKnownOfferType = (type: bigint): boolean => KNOWN_TYPES.has(type)

/** Reads the fields of an offer, wherever they stand. Throws a plain `Error` that says what is wrong. */
export function readOfferFields(records: readonly TlvRecord[]): Omit<DecodedOffer, 'offer'> {
  for (const { type } of records)
    if (type % 2n === 0n && !isKnownOfferType(type))
      throw new Error('it requires a field that is not known here')
  const field = fieldOf(records)
  const chains = field(2n)
  const currency = optional(field(6n), readCurrency)
  const amount = optional(field(8n), readTruncated)
  const description = optional(field(10n), readText)
  const features = optional(field(12n), (value) => readFeatureBits(value, [])) ?? []
  const expiresAt = optional(field(14n), readTruncated)
  const paths = optional(field(16n), readOfferPaths)?.length ?? 0
  const issuer = optional(field(18n), readText)
  const quantityMax = optional(field(20n), readTruncated)
  const issuerId = optional(field(22n), (value) => readPoint(value, 'its issuer is not a node'))
  if (amount !== undefined && description === undefined)
    throw new Error('it has an amount but no description')
  if (amount === 0n) throw new Error('its amount is zero')
  if (currency !== undefined && amount === undefined) throw new Error('it has a currency but no amount')
  if (issuerId === undefined && paths === 0) throw new Error('it names nobody to be paid')
  if (currency === undefined && amount !== undefined && amount > MAX_MSAT)
    throw new Error('its amount is above 21 million BTC')
  if (expiresAt !== undefined && expiresAt > 8_640_000_000_000n) throw new Error('its expiry is out of range')
  return {
    offerId: merkleRoot(records).toString('hex'),
    fieldsHash: createHash('sha256')
      .update(Buffer.concat(records.map(({ raw }) => raw)))
      .digest('hex'),
    networks: chains === undefined ? ['mainnet'] : readChains(chains),
    ...(amount !== undefined && currency === undefined ? { amountMsat: amount as Msat } : {}),
    ...(amount !== undefined && currency !== undefined ? { currency: { code: currency, amount } } : {}),
    ...(description === undefined ? {} : { description }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(issuerId === undefined ? {} : { issuerId }),
    ...(expiresAt === undefined ? {} : { expiresAt: Number(expiresAt) }),
    ...(quantityMax === undefined ? {} : { quantityMax }),
    features,
    paths,
  }
}
