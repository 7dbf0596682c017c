import { createHash } from 'node:crypto'
import {
  type DescriptionHash,
  descriptionHash,
  type Msat,
  msat,
  type Network,
  type PaymentHash,
  paymentHash,
  type RouteHintHop,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { invoicesLibrary, secp256k1 } from '../lazy-libraries.ts'
import { readPrivateKey } from '../private-key.ts'
import { guarded, refusal } from '../refusal.ts'
import type { LibraryHop } from './invoices-library.ts'
import { wordsToBytes } from './tagged-fields.ts'

/** What goes into an invoice. Exactly one of `description` and `descriptionHash`. */
export interface InvoiceFields {
  network: Network
  paymentHash: PaymentHash
  /** 32 bytes, hex. */
  paymentSecret: string
  createdAt: UnixSeconds
  /** Absent: the payer chooses. */
  amountMsat?: Msat
  /** At most 639 bytes of UTF-8. */
  description?: string
  descriptionHash?: DescriptionHash
  /** Default 3600. */
  expirySeconds?: number
  /** Default 18. */
  minFinalCltvDelta?: number
  /** Default: onion payloads (8), payment secret (14), multi-part payments (17). */
  features?: readonly number[]
  routeHints?: readonly (readonly RouteHintHop[])[]
  /** Hex. */
  metadata?: string
}

const LIBRARY_NETWORK: Readonly<Record<Network, string>> = {
  mainnet: 'bitcoin',
  testnet: 'testnet',
  testnet4: 'testnet',
  signet: 'signet',
  regtest: 'regtest',
}

const DEFAULT_FEATURES = [8, 14, 17] as const
const HEX_32 = /^[0-9a-f]{64}$/i
const LATEST_TIMESTAMP = 2 ** 35 - 1
const TIMESTAMP_WORDS = 7
/** From here on a timestamp fills its seven words, which the library relies on. */
const FULL_TIMESTAMP = 2 ** 30
/** 1023 words of 5 bits. */
const MAX_FIELD_BYTES = 639
const MAX_FEATURE_BIT = 1023 * 5 - 1
const MAX_HOPS = 12

/** Writes and signs (RFC 6979, so the same fields give the same text) a BOLT 11 invoice. Throws `invalid_request`. */
export function encodeInvoice(fields: InvoiceFields, privateKey: Uint8Array | string): string {
  const { createdAt, expirySeconds = 3600, minFinalCltvDelta = 18 } = fields
  const secretKey = readPrivateKey(privateKey)
  if (secretKey === undefined) throw badField('the private key must be 32 bytes')
  if ((fields.description === undefined) === (fields.descriptionHash === undefined))
    throw badField('it needs either a description or the hash of one')
  if (!HEX_32.test(fields.paymentSecret))
    throw badField('the payment secret must be 64 hexadecimal characters')
  if (!Number.isSafeInteger(createdAt) || createdAt < 1 || createdAt > LATEST_TIMESTAMP)
    throw badField('the creation time must be in seconds since 1970')
  if (!Number.isSafeInteger(expirySeconds) || expirySeconds < 1 || expirySeconds > LATEST_TIMESTAMP)
    throw badField('the expiry must be a whole number of seconds, at least 1')
  if (!Number.isSafeInteger(minFinalCltvDelta) || minFinalCltvDelta < 1 || minFinalCltvDelta > 0xffff)
    throw badField('the final CLTV delta must lie between 1 and 65535')
  if (fields.amountMsat !== undefined && msat(fields.amountMsat) === 0n)
    throw badField('an amount of zero cannot be written; leave it out to let the payer choose')
  if (fields.metadata !== undefined && !/^(?:[0-9a-f]{2}){1,639}$/i.test(fields.metadata))
    throw badField(`the metadata must be hexadecimal, at most ${MAX_FIELD_BYTES} bytes`)
  if (Buffer.byteLength(fields.description ?? '') > MAX_FIELD_BYTES)
    throw badField(`the description must have at most ${MAX_FIELD_BYTES} bytes`)
  const features = fields.features ?? DEFAULT_FEATURES
  if (features.some((bit) => !Number.isSafeInteger(bit) || bit < 0 || bit > MAX_FEATURE_BIT))
    throw badField('a feature bit is out of range')
  if (fields.routeHints?.some((hops) => hops.length < 1 || hops.length > MAX_HOPS))
    throw badField(`a route hint must have 1 to ${MAX_HOPS} hops`)
  return guarded(
    () => {
      const library = invoicesLibrary()
      const unsigned = library.createUnsignedRequest({
        network: LIBRARY_NETWORK[fields.network],
        id: paymentHash(fields.paymentHash),
        ...(fields.amountMsat === undefined ? {} : { mtokens: fields.amountMsat.toString() }),
        ...(fields.description === undefined ? {} : { description: fields.description }),
        ...(fields.descriptionHash === undefined
          ? {}
          : { description_hash: descriptionHash(fields.descriptionHash) }),
        created_at: new Date(createdAt * 1000).toISOString(),
        expires_at: new Date((createdAt + expirySeconds) * 1000).toISOString(),
        cltv_delta: minFinalCltvDelta,
        payment: fields.paymentSecret.toLowerCase(),
        ...(features.length === 0 ? {} : { features: features.map((bit) => ({ bit })) }),
        ...(fields.metadata === undefined ? {} : { metadata: fields.metadata }),
        ...(fields.routeHints === undefined ? {} : { routes: fields.routeHints.map(toLibraryRoute) }),
      })
      const tags = createdAt < FULL_TIMESTAMP ? padTimestamp(createdAt, unsigned.tags) : unsigned.tags
      const hash = createHash('sha256').update(unsigned.hrp).update(paddedBytes(tags)).digest()
      const signature = secp256k1().sign(hash, secretKey, { prehash: false })
      return library.createSignedRequest({
        destination: Buffer.from(secp256k1().getPublicKey(secretKey, true)).toString('hex'),
        hrp: unsigned.hrp,
        signature: Buffer.from(signature).toString('hex'),
        tags,
      }).request
    },
    () => badField('one of its fields is out of range'),
  )
}

/** The library writes a timestamp in as few words as it needs; BOLT 11 wants seven. */
function padTimestamp(createdAt: UnixSeconds, tags: readonly number[]): number[] {
  const written = createdAt.toString(32).length
  return [...new Array<number>(TIMESTAMP_WORDS - written).fill(0), ...tags]
}

/** BOLT 11 signs the words as bytes, filled up with zero bits. */
function paddedBytes(words: readonly number[]): Buffer {
  const bytes = Math.ceil((words.length * 5) / 8)
  const filled = [...words]
  while (filled.length * 5 < bytes * 8) filled.push(0)
  return wordsToBytes(filled)
}

function toLibraryRoute(hops: readonly RouteHintHop[]): LibraryHop[] {
  return [
    { public_key: hops[0]?.nodeId ?? '' },
    ...hops.map((hop, i) => ({
      // the last channel leads to the payee, whom the library does not need to be told
      public_key: hops[i + 1]?.nodeId ?? hop.nodeId,
      channel: hop.shortChannelId,
      base_fee_mtokens: hop.feeBaseMsat.toString(),
      fee_rate: hop.feeProportionalMillionths,
      cltv_delta: hop.cltvExpiryDelta,
    })),
  ]
}

const badField = (reason: string) =>
  refusal('invalid_request', `The invoice cannot be written: ${reason}.`, 'Correct the field and call again.')
