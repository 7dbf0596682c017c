import {
  type Msat,
  type Network,
  type NodeId,
  type PaymentHash,
  paymentHash,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { refusal } from '../refusal.ts'
import { readBolt12Text, refusedWithReason, tidyBolt12Text } from './bolt12-text.ts'
import { optional, readAmount, readFeatureBits, readPoint, readTime } from './field-values.ts'
import { countPayInfos, readOfferPaths } from './offer-paths.ts'
import { isRequestField, type RequestFields, readRequestFields } from './request-fields.ts'
import { checkSignature } from './signature.ts'
import { fieldOf, readTlvStream, type TlvRecord } from './tlv-stream.ts'

/** A BOLT 12 invoice, read and signature-checked offline. Texts are untrusted. */
export interface DecodedBolt12Invoice {
  /** Lower case, joined. */
  invoice: string
  network: Network
  paymentHash: PaymentHash
  amountMsat: Msat
  /** Who signed it: the issuer of the offer, or the end of one of the offer's blinded paths. */
  nodeId: NodeId
  createdAt: UnixSeconds
  expiresAt: UnixSeconds
  /** Of the offer that it answers to; absent: it answers to none. */
  offerId?: string
  /** Of the offer. */
  description?: string
  payerId: NodeId
  payerNote?: string
  quantity?: bigint
}

const DEFAULT_EXPIRY_SECONDS = 7200
const MULTI_PART_PAYMENT_BIT = 16
const HASH_BYTES = 32
const KNOWN_TYPES = new Set([160n, 162n, 164n, 166n, 168n, 170n, 172n, 174n, 176n, 240n])

/** Reads `lni1…` and checks its signature; an expired one is read as well. Throws `invalid_invoice`. */
export function decodeBolt12Invoice(text: string): DecodedBolt12Invoice {
  const tidy = tidyBolt12Text(text, 'lni')
  return refusedWithReason(
    () => {
      const { canonical, bytes } = readBolt12Text(tidy, 'lni')
      return { invoice: canonical, ...readInvoice(readTlvStream(bytes)) }
    },
    (reason) =>
      refusal(
        'invalid_invoice',
        `This is not a valid BOLT 12 invoice: ${reason}.`,
        'Fetch a fresh invoice for the offer.',
      ),
  )
}

function readInvoice(records: readonly TlvRecord[]): Omit<DecodedBolt12Invoice, 'invoice'> {
  const own = records.filter((record) => !isRequestField(record))
  for (const { type } of own) checkType(type)
  const request = readRequestFields(records.filter(isRequestField))
  const required = requiredOf(own)
  const amountMsat = readAmount(required(170n, 'amount'))
  const createdAt = readTime(required(164n, 'time of creation'))
  const nodeId = readPoint(required(176n, 'payee'), 'its payee is not a node')
  const hash = required(168n, 'payment hash')
  if (hash.length !== HASH_BYTES) throw new Error('its payment hash has the wrong length')
  if (readOfferPaths(required(160n, 'path')).length !== countPayInfos(required(162n, 'fees of its paths')))
    throw new Error('its paths and their fees do not fit together')
  const field = fieldOf(own)
  optional(field(174n), (value) => readFeatureBits(value, [MULTI_PART_PAYMENT_BIT]))
  const expiresAt = createdAt + (optional(field(166n), readTime) ?? DEFAULT_EXPIRY_SECONDS)
  if (request.requestedMsat !== undefined && amountMsat !== request.requestedMsat)
    throw new Error('its amount is not the one asked for')
  checkPayee(nodeId, request, fieldOf(records)(16n))
  checkSignature('invoice', records, nodeId)
  return {
    network: request.network,
    paymentHash: paymentHash(hash.toString('hex')),
    amountMsat,
    nodeId,
    createdAt,
    expiresAt,
    payerId: request.payerId,
    ...(request.offerId === undefined ? {} : { offerId: request.offerId }),
    ...(request.description === undefined ? {} : { description: request.description }),
    ...(request.payerNote === undefined ? {} : { payerNote: request.payerNote }),
    ...(request.quantity === undefined ? {} : { quantity: request.quantity }),
  }
}

/** Invoices use the types 0 to 239, the signature and an experimental range on top of those of requests. */
function checkType(type: bigint): void {
  const inRange = (type >= 160n && type <= 240n) || (type >= 3_000_000_000n && type <= 3_999_999_999n)
  if (!inRange) throw new Error('it contains a field that no invoice has')
  if (type % 2n === 0n && !KNOWN_TYPES.has(type))
    throw new Error('it requires a field that is not known here')
}

const requiredOf =
  (records: readonly TlvRecord[]) =>
  (type: bigint, name: string): Buffer => {
    const value = fieldOf(records)(type)
    if (value === undefined) throw new Error(`it has no ${name}`)
    return value
  }

/** An offer is answered by its issuer, or, if it names none, by the end of one of its paths: else anybody could. */
function checkPayee(
  nodeId: NodeId,
  { offerId, issuerId }: RequestFields,
  offerPaths: Buffer | undefined,
): void {
  if (offerId === undefined) return
  const allowed =
    issuerId !== undefined
      ? issuerId === nodeId
      : readOfferPaths(offerPaths as Buffer).some(({ lastHop }) => lastHop === nodeId)
  if (!allowed) throw new Error('it was not made by the owner of the offer')
}
