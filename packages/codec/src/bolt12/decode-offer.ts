import type { Msat, Network, NodeId, UnixSeconds } from '@lightning-mcp/core'
import { refusal } from '../refusal.ts'
import { readBolt12Text, refusedWithReason, tidyBolt12Text } from './bolt12-text.ts'
import { isOfferField, readOfferFields } from './offer-fields.ts'
import { readTlvStream } from './tlv-stream.ts'

/** A BOLT 12 offer, read offline. Fetching an invoice for it is the node's work. Texts are untrusted. */
export interface DecodedOffer {
  /** Lower case, joined. */
  offer: string
  /** Merkle root of its fields, hex: the same offer whatever its spelling. */
  offerId: string
  /** SHA-256 of its fields as written, hex: what Core Lightning calls `offer_id`. */
  fieldsHash: string
  /** Of the known networks, those it can be paid on; empty: none. */
  networks: readonly Network[]
  /** Per item. Absent: the payer chooses, or see `currency`. */
  amountMsat?: Msat
  /** Priced in another currency: ISO 4217 code and amount in its smallest unit. */
  currency?: { code: string; amount: bigint }
  description?: string
  issuer?: string
  issuerId?: NodeId
  expiresAt?: UnixSeconds
  /** Absent: one item. 0: as many as wanted. */
  quantityMax?: bigint
  features: readonly number[]
  /** Number of blinded paths to the issuer. */
  paths: number
}

/** Reads `lno1…`: upper or lower case, parts joined with `+`. An offer has no checksum. Throws `invalid_request`. */
export function decodeOffer(text: string): DecodedOffer {
  const tidy = tidyBolt12Text(text, 'lno')
  return refusedWithReason(() => {
    const { canonical, bytes } = readBolt12Text(tidy, 'lno')
    const records = readTlvStream(bytes)
    if (!records.every(isOfferField)) throw new Error('it contains a field that no offer has')
    return { offer: canonical, ...readOfferFields(records) }
  }, invalidOffer)
}

/** Whether the text means to be an offer, valid or not. */
export const looksLikeOffer = (text: string): boolean => /^lno1/i.test(text.replace(/\+\s*/g, ''))

const invalidOffer = (reason: string) =>
  refusal('invalid_request', `This is not a valid BOLT 12 offer: ${reason}.`, 'Copy the whole offer again.')
