import { createHash } from 'node:crypto'
import {
  cleanText,
  descriptionHash,
  type Invoice,
  type InvoiceStatus,
  LightningError,
  MAX_MSAT,
  type Msat,
  msat,
  type Network,
  type NodeId,
  type NodeInfo,
  nodeId,
  type OnchainBalance,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
  type Sat,
  sat,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { unreadable } from './errors.ts'
import type { RawAmount, RawInfo, RawInvoice, RawOnchainBalance, RawReceived } from './schemas.ts'

/** Pure: Eclair's answers in, core's types out. Throws `protocol_error` for what Eclair never sends. */

function toWhole(value: unknown, what: string): bigint {
  const whole =
    typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : -1n
  if (whole < 0n || whole > MAX_MSAT) throw unreadable(`${what} is not a whole number`)
  return whole
}

export const toMsat = (value: unknown, what = 'an amount'): Msat => msat(toWhole(value, what))

export function toSat(value: unknown, what = 'an amount'): Sat {
  const whole = toWhole(value, what)
  if (whole > MAX_MSAT / 1000n) throw unreadable(`${what} is more than there is`)
  return sat(whole)
}

export function toSeconds(value: unknown): UnixSeconds {
  const unix = (value as { unix?: unknown } | undefined)?.unix
  if (typeof unix !== 'number' || !Number.isFinite(unix) || unix < 0)
    throw unreadable('a time has the wrong form')
  return Math.floor(unix)
}

export function toHash(value: unknown): PaymentHash {
  try {
    return paymentHash(value as string)
  } catch {
    throw unreadable('a payment hash has the wrong form')
  }
}

export function toNodeId(value: unknown): NodeId {
  try {
    return nodeId(value as string)
  } catch {
    throw unreadable('a node id has the wrong form')
  }
}

/** A list, or an answer that cannot be right. */
export function toList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(`${what} is not a list`)
  return value
}

export function toObject<T>(value: unknown, what: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(`${what} is not an object`)
  return value as T
}

export const isText = (value: unknown): value is string => typeof value === 'string'

export const sha256 = (hex: string): string =>
  createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')

const HEX_32 = /^[0-9a-f]{64}$/i

/** The preimage, if it proves the hash. */
export function provenPreimage(secret: unknown, hash: PaymentHash): Preimage | undefined {
  if (!isText(secret) || !HEX_32.test(secret) || sha256(secret) !== hash) return undefined
  return preimage(secret)
}

// https://github.com/ACINQ/eclair/blob/v0.14.1/eclair-core/src/main/scala/fr/acinq/eclair/NodeParams.scala names them so
const NETWORK_NAMES: Readonly<Record<string, Network>> = {
  mainnet: 'mainnet',
  testnet: 'testnet',
  testnet3: 'testnet',
  testnet4: 'testnet4',
  signet: 'signet',
  regtest: 'regtest',
}

export function toNetwork(info: RawInfo): Network {
  const network = NETWORK_NAMES[info.network]
  if (network !== undefined) return network
  throw new LightningError({
    code: 'unsupported',
    message: 'Eclair runs on a network that is not known here',
    hint: 'Use a node on mainnet, testnet, testnet4, signet or regtest.',
  })
}

/** `0.14.1-d769db0` → `0.14.1` */
export const toVersion = (info: RawInfo): string => cleanText(info.version, 80).split(/[-\s]/)[0] ?? ''

export function readInfo(value: unknown): RawInfo {
  const info = toObject<Partial<RawInfo>>(value, 'getinfo')
  if (!isText(info.version) || !isText(info.nodeId) || !isText(info.network))
    throw unreadable('getinfo lacks version, node id or network')
  toNodeId(info.nodeId)
  return info as RawInfo
}

export function toNodeInfo(info: RawInfo): NodeInfo {
  const id = toNodeId(info.nodeId)
  const addresses = Array.isArray(info.publicAddresses) ? info.publicAddresses.filter(isText) : []
  return {
    network: toNetwork(info),
    nodeId: id,
    ...(isText(info.alias) ? { alias: cleanText(info.alias, 64) } : {}),
    version: toVersion(info),
    ...(Number.isSafeInteger(info.blockHeight) ? { blockHeight: info.blockHeight } : {}),
    uris: addresses.map((address) => `${id}@${cleanText(address, 200)}`),
  }
}

export function toOnchainBalance(value: unknown): OnchainBalance {
  const raw = toObject<RawOnchainBalance>(value, 'onchainbalance')
  return { confirmedSat: toSat(raw.confirmed), unconfirmedSat: toSat(raw.unconfirmed) }
}

/** What is known of an invoice from elsewhere, where it does not say it itself. */
interface KnownTerms {
  paymentHash?: PaymentHash | undefined
  createdAt?: UnixSeconds | undefined
}

/** What an invoice itself says. */
export function readInvoice(value: unknown, known: KnownTerms = {}): Omit<Invoice, 'status'> {
  const raw = toObject<Partial<RawInvoice>>(value, 'an invoice')
  // one of BOLT 12 has its times under other names
  const createdAt = raw.timestamp ?? raw.createdAt ?? known.createdAt
  if (!Number.isSafeInteger(createdAt)) throw unreadable('an invoice has no time')
  // BOLT 11: an hour where nothing is said
  const expiresAt = raw.expiresAt ?? createdAt! + (raw.expiry ?? 3600)
  if (!Number.isSafeInteger(expiresAt)) throw unreadable('an invoice has no expiry')
  return {
    ...(isText(raw.serialized) ? { invoice: raw.serialized } : {}),
    paymentHash: toHash(raw.paymentHash ?? known.paymentHash),
    ...(raw.amount === undefined ? {} : { amountMsat: toMsat(raw.amount) }),
    ...(isText(raw.description) && raw.description !== '' ? { description: cleanText(raw.description) } : {}),
    ...(isText(raw.descriptionHash) && HEX_32.test(raw.descriptionHash)
      ? { descriptionHash: descriptionHash(raw.descriptionHash) }
      : {}),
    createdAt: createdAt!,
    expiresAt,
  }
}

const RECEIVED_STATUSES: Readonly<Record<string, InvoiceStatus>> = {
  pending: 'open',
  expired: 'expired',
  received: 'settled',
}

/** `asked`: the hash that it was asked for by. */
export function toInvoice(value: unknown, asked?: PaymentHash): Invoice {
  const raw = toObject<Partial<RawReceived>>(value, 'a received payment')
  const secret = raw.paymentPreimage
  const proven = isText(secret) && HEX_32.test(secret) ? toHash(sha256(secret)) : undefined
  const createdAt = raw.createdAt === undefined ? undefined : toSeconds(raw.createdAt)
  // no capture shows what an offer was paid by: the preimage names it where the invoice does not
  const terms = readInvoice(raw.invoice, { paymentHash: asked ?? proven, createdAt })
  const told = toObject<{ type?: unknown; amount?: RawAmount; receivedAt?: unknown }>(
    raw.status,
    'the status of an invoice',
  )
  const status = isText(told.type) ? RECEIVED_STATUSES[told.type] : undefined
  if (status === undefined) throw unreadable(`an invoice has the status ${cleanText(String(told.type), 20)}`)
  if (status !== 'settled') return { ...terms, status }
  // Eclair tells the preimage of unpaid invoices as well: whoever has it can take a payment on its way
  const proof = provenPreimage(raw.paymentPreimage, terms.paymentHash)
  return {
    ...terms,
    status,
    receivedMsat: toMsat(told.amount),
    settledAt: toSeconds(told.receivedAt),
    ...(proof === undefined ? {} : { preimage: proof }),
  }
}
