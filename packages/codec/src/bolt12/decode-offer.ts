import { MAX_MSAT, type Msat, type Network, type NodeId, nodeId, type UnixSeconds } from '@lightning-mcp/core'
import { wordsToBytes } from '../bolt11/tagged-fields.ts'
import { isCurvePoint } from '../node-uri.ts'
import { guarded, refusal, tidyInput } from '../refusal.ts'
import { merkleRoot } from './merkle-root.ts'
import { countPaths } from './offer-paths.ts'
import { readTlvStream, readTruncated } from './tlv-stream.ts'

/** A BOLT 12 offer, read offline. Fetching an invoice for it is the node's work. Texts are untrusted. */
export interface DecodedOffer {
  /** Lower case, joined. */
  offer: string
  /** Merkle root of its fields, hex: the same offer whatever its spelling. */
  offerId: string
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

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** A `+`, with blanks behind it, may join two parts anywhere. */
const JOINED = /^[0-9a-z]+(?:\+\s*[0-9a-z]+)*$/i
const CHAIN_BYTES = 32

/** Hashes of the first blocks, in the byte order of the wire. */
const CHAINS: Readonly<Record<string, Network>> = {
  '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000': 'mainnet',
  '43497fd7f826957108f4a30fd9cec3aeba79972084e90ead01ea330900000000': 'testnet',
  '43f08bdab050e35b567c864b91f47f50ae725ae2de53bcfbbaf284da00000000': 'testnet4',
  f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000: 'signet',
  '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f': 'regtest',
}

/** Reads `lno1…`: upper or lower case, parts joined with `+`. An offer has no checksum. Throws `invalid_request`. */
export function decodeOffer(text: string): DecodedOffer {
  const tidy = tidyInput(text, 'offer').replace(/^lightning:(?:\/\/)?/i, '')
  return guarded(
    () => readOffer(joinParts(tidy)),
    () => invalidOffer('it cannot be read'),
  )
}

/** Whether the text means to be an offer, valid or not. */
export const looksLikeOffer = (text: string): boolean => /^lno1/i.test(text.replace(/\+\s*/g, ''))

function joinParts(text: string): string {
  if (!JOINED.test(text)) throw invalidOffer('it contains characters that no offer has')
  const joined = text.replace(/\+\s*/g, '')
  const lower = joined.toLowerCase()
  if (joined !== lower && joined !== joined.toUpperCase()) throw invalidOffer('it mixes upper and lower case')
  if (!lower.startsWith('lno1')) throw invalidOffer('it does not start with lno1')
  return lower
}

function readOffer(offer: string): DecodedOffer {
  const words = Array.from(offer.slice('lno1'.length), (character) => ALPHABET.indexOf(character))
  if (words.includes(-1)) throw invalidOffer('it contains characters that no offer has')
  const padding = (words.length * 5) % 8
  if (padding >= 5 || ((words.at(-1) ?? 0) & ((1 << padding) - 1)) !== 0)
    throw invalidOffer('its end is cut off')
  try {
    return readFields(offer, wordsToBytes(words))
  } catch (error) {
    throw error instanceof Error && error.constructor === Error ? invalidOffer(error.message) : error
  }
}

function readFields(offer: string, bytes: Buffer): DecodedOffer {
  const records = readTlvStream(bytes)
  for (const { type } of records) checkType(type)
  const field = (type: bigint) => records.find((record) => record.type === type)?.value
  const chains = field(2n)
  const currency = optional(field(6n), readCurrency)
  const amount = optional(field(8n), readTruncated)
  const description = optional(field(10n), readText)
  const features = optional(field(12n), readOfferFeatures) ?? []
  const expiresAt = optional(field(14n), readTruncated)
  const paths = optional(field(16n), countPaths) ?? 0
  const issuer = optional(field(18n), readText)
  const quantityMax = optional(field(20n), readTruncated)
  const issuerId = optional(field(22n), readIssuerId)
  if (amount !== undefined && description === undefined)
    throw new Error('it has an amount but no description')
  if (amount === 0n) throw new Error('its amount is zero')
  if (currency !== undefined && amount === undefined) throw new Error('it has a currency but no amount')
  if (issuerId === undefined && paths === 0) throw new Error('it names nobody to be paid')
  if (currency === undefined && amount !== undefined && amount > MAX_MSAT)
    throw new Error('its amount is above 21 million BTC')
  if (expiresAt !== undefined && expiresAt > 8_640_000_000_000n) throw new Error('its expiry is out of range')
  return {
    offer,
    offerId: merkleRoot(records).toString('hex'),
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

const optional = <T>(value: Buffer | undefined, read: (value: Buffer) => T): T | undefined =>
  value === undefined ? undefined : read(value)

const KNOWN_TYPES = new Set([2n, 4n, 6n, 8n, 10n, 12n, 14n, 16n, 18n, 20n, 22n])

/** Offers use the types 1 to 79 and an experimental range; of the unknown ones only odd types may be skipped. */
function checkType(type: bigint): void {
  const inRange = (type >= 1n && type <= 79n) || (type >= 1_000_000_000n && type <= 1_999_999_999n)
  if (!inRange) throw new Error('it contains a field that no offer has')
  if (type % 2n === 0n && !KNOWN_TYPES.has(type))
    throw new Error('it requires a field that is not known here')
}

function readText(value: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    throw new Error('a text in it is not UTF-8')
  }
}

function readCurrency(value: Buffer): string {
  const code = readText(value)
  if (!/^[A-Z]{3}$/.test(code)) throw new Error('its currency is not one')
  return code
}

function readChains(value: Buffer): Network[] {
  if (value.length === 0 || value.length % CHAIN_BYTES !== 0)
    throw new Error('its list of networks is cut off')
  const networks: Network[] = []
  for (let at = 0; at < value.length; at += CHAIN_BYTES) {
    const network = CHAINS[value.subarray(at, at + CHAIN_BYTES).toString('hex')]
    if (network !== undefined) networks.push(network)
  }
  return networks
}

function readOfferFeatures(value: Buffer): number[] {
  const bits: number[] = []
  value.toReversed().forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) bits.push(i * 8 + bit)
  })
  const required = bits.find((bit) => bit % 2 === 0)
  if (required !== undefined) throw new Error(`it requires feature ${required}, which is not known here`)
  return bits
}

function readIssuerId(value: Buffer): NodeId {
  const hex = value.toString('hex')
  if (value.length !== 33 || !isCurvePoint(hex)) throw new Error('its issuer is not a node')
  return nodeId(hex)
}

const invalidOffer = (reason: string) =>
  refusal('invalid_request', `This is not a valid BOLT 12 offer: ${reason}.`, 'Copy the whole offer again.')
