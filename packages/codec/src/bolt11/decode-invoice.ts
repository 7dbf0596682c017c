import type {
  DecodedInvoice,
  DescriptionHash,
  Msat,
  NodeId,
  PaymentHash,
  RouteHintHop,
} from '@lightning-mcp/core'
import { bech32 } from '@scure/base'
import { invoicesLibrary } from '../lazy-libraries.ts'
import { guarded, invalidInvoice, tidyInput } from '../refusal.ts'
import { checkFeatures, readFeatures } from './invoice-features.ts'
import { readPrefix } from './invoice-prefix.ts'
import type { LibraryHop } from './invoices-library.ts'
import { RecentlyUsed } from './recently-used.ts'
import { type FieldLetter, splitWords, wordsToBigInt, wordsToBytes } from './tagged-fields.ts'

/** What a QR code can hold; nodes refuse longer ones as well. */
const MAX_INVOICE_LENGTH = 7089
const DEFAULT_EXPIRY_SECONDS = 3600n
const DEFAULT_MIN_FINAL_CLTV_DELTA = 18n
/** The end of the ECMAScript calendar, and far beyond the end of any invoice that means it. */
const LATEST_SECOND = 8_640_000_000_000n
const ROUTE_HOP_BYTES = 51

const cache = new RecentlyUsed<DecodedInvoice>(256)

/** The invoice in its canonical form: lower case, without `lightning:`. Throws `invalid_invoice`. */
export function canonicalInvoice(text: string): string {
  const tidy = tidyInput(text, 'invoice', 'invalid_invoice').replace(/^lightning:(?:\/\/)?/i, '')
  const lower = tidy.toLowerCase()
  if (tidy !== lower && tidy !== tidy.toUpperCase())
    throw invalidInvoice(
      'it mixes upper and lower case',
      'Copy the invoice again without changing any letter.',
    )
  if (!lower.startsWith('ln') || !/^[0-9a-z]+$/.test(lower))
    throw invalidInvoice('it does not look like one', 'An invoice starts with lnbc, lntb, lntbs or lnbcrt.')
  if (lower.length > MAX_INVOICE_LENGTH) throw invalidInvoice('it is too long')
  return lower
}

/**
 * Reads a BOLT 11 invoice and checks its checksum and signature. The answer is shared by all callers and frozen.
 * Expired invoices are read as well: see `assertPayable`. Throws `invalid_invoice`.
 */
export function decodeInvoice(text: string): DecodedInvoice {
  const invoice = canonicalInvoice(text)
  const known = cache.get(invoice)
  if (known !== undefined) return known
  const decoded = decode(invoice)
  cache.set(invoice, decoded)
  return decoded
}

function decode(invoice: string): DecodedInvoice {
  const { prefix, words } = guarded(
    () => bech32.decode(invoice as `${string}1${string}`, false),
    () =>
      invalidInvoice(
        'its checksum is wrong',
        'Copy the whole invoice again: a character is wrong or missing.',
      ),
  )
  const { network, amountMsat } = readPrefix(prefix)
  const { timestamp, fields, routeHintFields } = splitWords(words)
  const text = (letter: FieldLetter): string | undefined => {
    const data = fields.get(letter)
    return data === undefined ? undefined : wordsToBytes(data).toString('utf8')
  }
  const hex = (letter: FieldLetter): string | undefined => {
    const data = fields.get(letter)
    return data === undefined ? undefined : wordsToBytes(data).toString('hex')
  }
  const number = (letter: FieldLetter, missing: bigint): bigint => {
    const data = fields.get(letter)
    return data === undefined ? missing : wordsToBigInt(data)
  }
  const features = readFeatures(fields.get('9') ?? [])
  checkFeatures(features)
  const expiresAt = BigInt(timestamp) + number('x', DEFAULT_EXPIRY_SECONDS)
  if (expiresAt > LATEST_SECOND) throw invalidInvoice('its expiry is out of range')
  const minFinalCltvDelta = number('c', DEFAULT_MIN_FINAL_CLTV_DELTA)
  if (minFinalCltvDelta > 0xffff_ffffn) throw invalidInvoice('its final CLTV delta is out of range')
  for (const field of routeHintFields) {
    const bytes = (field.length * 5) >> 3
    if (bytes === 0 || bytes % ROUTE_HOP_BYTES !== 0) throw invalidInvoice('a route hint is cut off')
  }
  const { destination, routes } = guarded(
    () => invoicesLibrary().parsePaymentRequest({ request: invoice }),
    () => invalidInvoice('its signature or one of its fields is wrong'),
  )
  const description = text('d')
  const descriptionHash = hex('h')
  const paymentSecret = hex('s')
  const metadata = hex('m')
  return Object.freeze({
    invoice,
    network,
    paymentHash: hex('p') as PaymentHash,
    payee: readNode(destination, 'its payee is not a node'),
    ...(amountMsat === undefined ? {} : { amountMsat }),
    ...(description === undefined ? {} : { description }),
    ...(descriptionHash === undefined ? {} : { descriptionHash: descriptionHash as DescriptionHash }),
    createdAt: timestamp,
    expiresAt: Number(expiresAt),
    minFinalCltvDelta: Number(minFinalCltvDelta),
    ...(paymentSecret === undefined ? {} : { paymentSecret }),
    features: Object.freeze(features),
    routeHints: Object.freeze((routes ?? []).map(readRoute)),
    ...(metadata === undefined ? {} : { metadata }),
  })
}

function readNode(hex: string, otherwise: string): NodeId {
  if (!/^0[23][0-9a-f]{64}$/.test(hex)) throw invalidInvoice(otherwise)
  return hex as NodeId
}

function readRoute(route: readonly LibraryHop[]): readonly RouteHintHop[] {
  return Object.freeze(
    route.slice(1).map((channel, i) =>
      Object.freeze({
        nodeId: readNode(
          (route[i] as LibraryHop).public_key,
          'a route hint names something that is not a node',
        ),
        shortChannelId: channel.channel as string,
        feeBaseMsat: BigInt(channel.base_fee_mtokens as string) as Msat,
        feeProportionalMillionths: channel.fee_rate as number,
        cltvExpiryDelta: channel.cltv_delta as number,
      }),
    ),
  )
}
