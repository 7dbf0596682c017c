import type { Msat, Network, NodeId, UnixSeconds } from '@lightning-mcp/core'
import { msat, nodeId } from '@lightning-mcp/core'
import { refusal } from '../refusal.ts'
import { writeBolt12Text } from './bolt12-text.ts'
import { decodeOffer } from './decode-offer.ts'
import { chainHash } from './field-values.ts'
import { writeTlvStream, writeTruncated } from './tlv-stream.ts'

/** What goes into an offer. */
export interface OfferFields {
  network: Network
  /** Who is paid, and signs the invoices. */
  issuerId: NodeId
  /** Absent: the payer chooses. */
  amountMsat?: Msat
  /** Required if there is an amount. */
  description?: string
  issuer?: string
  expiresAt?: UnixSeconds
  /** For the issuer's own use, hex: makes two offers differ that say the same. */
  metadata?: string
}

/** Writes a BOLT 12 offer; offers are not signed. Throws `invalid_request`. */
export function encodeOffer(fields: OfferFields): string {
  const { network, amountMsat, description, issuer, expiresAt, metadata } = fields
  if (amountMsat !== undefined && msat(amountMsat) === 0n)
    throw badField('an amount of zero cannot be written; leave it out to let the payer choose')
  if (amountMsat !== undefined && description === undefined)
    throw badField('an offer with an amount needs a description')
  if (expiresAt !== undefined && (!Number.isSafeInteger(expiresAt) || expiresAt < 0))
    throw badField('the expiry must be in seconds since 1970')
  if (metadata !== undefined && !/^(?:[0-9a-f]{2})+$/i.test(metadata))
    throw badField('the metadata must be hexadecimal')
  const text = writeBolt12Text(
    'lno',
    writeTlvStream([
      [2n, network === 'mainnet' ? undefined : chainHash(network)],
      [4n, metadata === undefined ? undefined : Buffer.from(metadata, 'hex')],
      [8n, amountMsat === undefined ? undefined : writeTruncated(amountMsat)],
      [10n, description === undefined ? undefined : Buffer.from(description)],
      [14n, expiresAt === undefined ? undefined : writeTruncated(expiresAt)],
      [18n, issuer === undefined ? undefined : Buffer.from(issuer)],
      [22n, Buffer.from(nodeId(fields.issuerId), 'hex')],
    ]),
  )
  // whatever a reader would refuse (too long, an issuer that is no point) is not written either
  return decodeOffer(text).offer
}

const badField = (reason: string) =>
  refusal('invalid_request', `The offer cannot be written: ${reason}.`, 'Correct the field and call again.')
