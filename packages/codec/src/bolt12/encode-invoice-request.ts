import type { Msat, Network } from '@lightning-mcp/core'
import { msat } from '@lightning-mcp/core'
import { secp256k1 } from '../lazy-libraries.ts'
import { readPrivateKey } from '../private-key.ts'
import { refusal } from '../refusal.ts'
import { readBolt12Text, writeBolt12Text } from './bolt12-text.ts'
import { decodeInvoiceRequest } from './decode-invoice-request.ts'
import { decodeOffer } from './decode-offer.ts'
import { chainHash } from './field-values.ts'
import { signedStream } from './signature.ts'
import { readTlvStream, writeTruncated } from './tlv-stream.ts'

/** What goes into a request for an invoice of an offer. */
export interface InvoiceRequestFields {
  /** `lno1…` */
  offer: string
  network: Network
  /** Required if and only if the offer has none. */
  amountMsat?: Msat
  payerNote?: string
  /** Unpredictable bytes of the payer, hex. */
  metadata: string
}

/** Writes and signs a BOLT 12 invoice request. The key is the payer's, made for this request alone. Throws `invalid_request`. */
export function encodeInvoiceRequest(fields: InvoiceRequestFields, payerKey: Uint8Array | string): string {
  const { network, amountMsat, payerNote, metadata } = fields
  const key = readPrivateKey(payerKey)
  if (key === undefined) throw badField('the private key must be 32 bytes')
  if (!/^(?:[0-9a-f]{2})+$/i.test(metadata)) throw badField('the metadata must be hexadecimal')
  const offer = decodeOffer(fields.offer)
  if (!offer.networks.includes(network)) throw badField(`the offer cannot be paid on ${network}`)
  if (amountMsat === undefined && offer.amountMsat === undefined)
    throw badField('the offer leaves the amount to the payer, so an amount is needed')
  if (amountMsat !== undefined && msat(amountMsat) < (offer.amountMsat ?? 1n))
    throw badField('the amount is less than the offer asks for')
  const text = writeBolt12Text(
    'lnr',
    signedStream(
      'invoice_request',
      [
        [0n, Buffer.from(metadata, 'hex')],
        ...readTlvStream(readBolt12Text(offer.offer, 'lno').bytes).map(
          ({ type, value }) => [type, value] as const,
        ),
        [80n, network === 'mainnet' ? undefined : chainHash(network)],
        [82n, amountMsat === undefined ? undefined : writeTruncated(amountMsat)],
        [88n, secp256k1().getPublicKey(key, true)],
        [89n, payerNote === undefined ? undefined : Buffer.from(payerNote)],
      ],
      key,
    ),
  )
  return decodeInvoiceRequest(text).invoiceRequest
}

const badField = (reason: string) =>
  refusal(
    'invalid_request',
    `The invoice request cannot be written: ${reason}.`,
    'Correct the field and call again.',
  )
