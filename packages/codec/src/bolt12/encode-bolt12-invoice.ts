import type { Msat, PaymentHash, UnixSeconds } from '@lightning-mcp/core'
import { msat, paymentHash } from '@lightning-mcp/core'
import { secp256k1 } from '../lazy-libraries.ts'
import { readPrivateKey } from '../private-key.ts'
import { refusal } from '../refusal.ts'
import { blindedPathToSelf } from './blinded-path.ts'
import { readBolt12Text, writeBolt12Text } from './bolt12-text.ts'
import { decodeBolt12Invoice } from './decode-bolt12-invoice.ts'
import { decodeInvoiceRequest } from './decode-invoice-request.ts'
import { signedStream } from './signature.ts'
import { readTlvStream, writeTruncated } from './tlv-stream.ts'

/** What goes into an invoice beside what its request says. */
export interface Bolt12InvoiceFields {
  /** `lnr1…`, repeated in the invoice field by field. */
  invoiceRequest: string
  paymentHash: PaymentHash
  amountMsat: Msat
  createdAt: UnixSeconds
  /** Default 7200, which is not written. */
  expirySeconds?: number
  /** Blocks that the last HTLC must leave (default 18). */
  minFinalCltvDelta?: number
}

const DEFAULT_EXPIRY_SECONDS = 7200
/** Multi-part payments, optional (bit 17). */
const FEATURES = Buffer.from('020000', 'hex')

/**
 * Writes and signs a BOLT 12 invoice of the node with the given key, which must be the offer's issuer.
 * Its one blinded path starts and ends at that node. Throws `invalid_request`.
 */
export function encodeBolt12Invoice(fields: Bolt12InvoiceFields, privateKey: Uint8Array | string): string {
  const { createdAt, expirySeconds = DEFAULT_EXPIRY_SECONDS, minFinalCltvDelta = 18 } = fields
  const key = readPrivateKey(privateKey)
  if (key === undefined) throw badField('the private key must be 32 bytes')
  for (const seconds of [createdAt, expirySeconds])
    if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > 0xffff_ffff)
      throw badField('its times must be whole seconds, at least 1')
  if (!Number.isSafeInteger(minFinalCltvDelta) || minFinalCltvDelta < 1 || minFinalCltvDelta > 0xffff)
    throw badField('the final CLTV delta must lie between 1 and 65535')
  const amountMsat = msat(fields.amountMsat)
  const hash = Buffer.from(paymentHash(fields.paymentHash), 'hex')
  const { invoiceRequest, issuerId, requestedMsat } = decodeInvoiceRequest(fields.invoiceRequest)
  const nodeId = Buffer.from(secp256k1().getPublicKey(key, true))
  if (issuerId !== undefined && issuerId !== nodeId.toString('hex'))
    throw badField('only the issuer of the offer can answer to it')
  if (requestedMsat !== undefined && requestedMsat !== amountMsat)
    throw badField('its amount is not the one asked for')
  const requested = readTlvStream(readBolt12Text(invoiceRequest, 'lnr').bytes)
    .filter(({ type }) => type !== 240n)
    .map(({ type, value }) => [type, value] as const)
  const stream = signedStream(
    'invoice',
    [
      ...requested,
      [160n, blindedPathToSelf(key, hash)],
      [162n, payInfo(minFinalCltvDelta, amountMsat)],
      [164n, writeTruncated(createdAt)],
      [166n, expirySeconds === DEFAULT_EXPIRY_SECONDS ? undefined : writeTruncated(expirySeconds)],
      [168n, hash],
      [170n, writeTruncated(amountMsat)],
      [174n, FEATURES],
      [176n, nodeId],
    ],
    key,
  )
  // whatever a reader would refuse is not written either
  return decodeBolt12Invoice(writeBolt12Text('lni', stream)).invoice
}

/** Free of charge, for the amount alone: fees, CLTV delta, least and largest HTLC, no features. */
function payInfo(cltvExpiryDelta: number, amountMsat: Msat): Buffer {
  const info = Buffer.alloc(4 + 4 + 2 + 8 + 8 + 2)
  info.writeUInt16BE(cltvExpiryDelta, 8)
  info.writeBigUInt64BE(amountMsat, 18)
  return info
}

const badField = (reason: string) =>
  refusal('invalid_request', `The invoice cannot be written: ${reason}.`, 'Correct the field and call again.')
