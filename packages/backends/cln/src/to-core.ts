import { createHash } from 'node:crypto'
import { decodeBolt12Invoice } from '@lightning-mcp/codec'
import {
  cleanText,
  type Invoice,
  type InvoiceStatus,
  LightningError,
  type Msat,
  msat,
  type Network,
  type NodeInfo,
  nodeId,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
  type Sat,
  sat,
  type Transaction,
  transactionOfInvoice,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { readInvoiceText } from './invoice-text.ts'
import type { Integer, RawInfo, RawInvoice } from './schemas.ts'

/** Pure: Core Lightning's answers in, core's types out. Throws `protocol_error` for what it never sends. */

export const unreadable = (what: string): LightningError =>
  new LightningError({
    code: 'protocol_error',
    message: `Core Lightning's answer cannot be right: ${what}`,
    hint: 'Check that nothing but Core Lightning answers at CLN_SOCKET or CLN_REST_URL.',
  })

export function toMsat(value: unknown): Msat {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
    if (value >= 0) return msat(BigInt(value))
  throw unreadable('an amount is not a whole number of msat')
}

export const optionalMsat = (value: Integer | undefined): Msat | undefined =>
  value === undefined ? undefined : toMsat(value)

/** On-chain amounts come in msat and are whole sats. */
export function toSat(value: unknown): Sat {
  const amountMsat = toMsat(value)
  if (amountMsat % 1000n !== 0n) throw unreadable('an on-chain amount is not a whole number of sats')
  return sat(amountMsat / 1000n)
}

/** Some times have a fraction: `pay.created_at`. */
export function toSeconds(value: unknown): UnixSeconds {
  if (typeof value === 'number' && value >= 0) return Math.floor(value)
  throw unreadable('a time is not a number')
}

export function toHash(value: unknown): PaymentHash {
  try {
    return paymentHash(value as string)
  } catch {
    throw unreadable('a payment hash has the wrong form')
  }
}

/** An array of an answer; anything else is a broken answer. */
export function toList<T>(value: readonly T[] | undefined): readonly T[] {
  if (Array.isArray(value)) return value
  throw unreadable('a list is missing')
}

// https://github.com/ElementsProject/lightning/blob/v26.06.6/bitcoin/chainparams.c
const NETWORK_NAMES: Readonly<Record<string, Network>> = {
  bitcoin: 'mainnet',
  testnet: 'testnet',
  testnet4: 'testnet4',
  signet: 'signet',
  regtest: 'regtest',
}

/** `liquid` and the like are none of core's. */
export function toNetwork(info: RawInfo): Network {
  const network = Object.hasOwn(NETWORK_NAMES, info.network) ? NETWORK_NAMES[info.network] : undefined
  if (network !== undefined) return network
  throw new LightningError({
    code: 'unsupported',
    message: 'Core Lightning runs on a network that is not known here',
    hint: 'Use a node on bitcoin, testnet, testnet4, signet or regtest.',
  })
}

export function toNodeId(info: RawInfo) {
  try {
    return nodeId(info.id)
  } catch {
    throw unreadable('the id of the node has the wrong form')
  }
}

export const toVersion = (info: RawInfo): string => cleanText(String(info.version), 80)

export function toNodeInfo(info: RawInfo): NodeInfo {
  const id = toNodeId(info)
  const count = (name: 'num_active_channels' | 'num_pending_channels' | 'num_peers') =>
    Number(info[name] ?? 0)
  const uris = (info.address ?? []).flatMap(({ address, port }) =>
    address === undefined
      ? []
      : [`${id}@${address.includes(':') ? `[${address}]` : address}:${port ?? 9735}`],
  )
  return {
    network: toNetwork(info),
    nodeId: id,
    alias: cleanText(String(info.alias ?? ''), 64),
    version: toVersion(info),
    blockHeight: Number(info.blockheight),
    syncedToChain: info.warning_bitcoind_sync === undefined && info.warning_lightningd_sync === undefined,
    activeChannels: count('num_active_channels'),
    pendingChannels: count('num_pending_channels'),
    peers: count('num_peers'),
    uris: uris.map((uri) => cleanText(uri, 200)),
  }
}

const INVOICE_STATES: Readonly<Record<string, InvoiceStatus>> = {
  unpaid: 'open',
  paid: 'settled',
  expired: 'expired',
}

export function toInvoice(raw: RawInvoice, now: UnixSeconds): Invoice {
  const known = INVOICE_STATES[raw.status]
  if (known === undefined) throw unreadable(`an invoice has the status ${cleanText(String(raw.status), 20)}`)
  const expiresAt = toSeconds(raw.expires_at)
  const status = known === 'open' && now >= expiresAt ? 'expired' : known
  const hash = toHash(raw.payment_hash)
  const amountMsat = optionalMsat(raw.amount_msat)
  const text = raw.bolt11 ?? raw.bolt12
  return {
    ...(text === undefined ? {} : { invoice: text }),
    paymentHash: hash,
    status,
    ...(amountMsat === undefined ? {} : { amountMsat }),
    ...(status === 'settled' ? { receivedMsat: toMsat(raw.amount_received_msat) } : {}),
    ...(raw.description ? { description: cleanText(String(raw.description)) } : {}),
    createdAt: createdAt(raw, expiresAt),
    expiresAt,
    ...(status === 'settled' && raw.paid_at !== undefined ? { settledAt: toSeconds(raw.paid_at) } : {}),
    ...(status === 'settled' ? provenPreimage(raw.payment_preimage, hash) : {}),
  }
}

/** Core Lightning tells no time of creation: it stands in the invoice itself. */
function createdAt({ bolt11, bolt12, paid_at }: RawInvoice, expiresAt: UnixSeconds): UnixSeconds {
  if (bolt11 !== undefined) return timestampOf(bolt11)
  try {
    if (bolt12 !== undefined) return decodeBolt12Invoice(bolt12).createdAt
  } catch {
    // one of a kind that is not known here
  }
  return Math.min(paid_at ?? expiresAt, expiresAt)
}

export function timestampOf(invoice: string): UnixSeconds {
  const text = readInvoiceText(invoice)
  if (text === undefined) throw unreadable('an invoice is none')
  return text.createdAt
}

/** The preimage, if it proves the hash. */
export function provenPreimage(secret: unknown, hash: PaymentHash): { preimage?: Preimage } {
  if (typeof secret !== 'string' || !/^[0-9a-f]{64}$/i.test(secret)) return {}
  return createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex') === hash
    ? { preimage: preimage(secret) }
    : {}
}

/** A line of the history, from an invoice. */
export const invoiceToTransaction = (raw: RawInvoice, now: UnixSeconds): Transaction =>
  transactionOfInvoice(toInvoice(raw, now))
