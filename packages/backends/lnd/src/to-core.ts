import { createHash } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import {
  cleanText,
  descriptionHash,
  type FailureReason,
  type Invoice,
  type InvoiceStatus,
  LightningError,
  type Msat,
  msat,
  type Network,
  type NodeInfo,
  nodeId,
  type Payment,
  type PaymentFailure,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
  type Transaction,
  transactionOfInvoice,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { Enum, Int64, RawInfo, RawInvoice, RawPayment } from './schemas.ts'

/** Pure: LND's messages in, core's types out. Throws `protocol_error` for what LND never sends. */

export const unreadable = (what: string): LightningError =>
  new LightningError({
    code: 'protocol_error',
    message: `LND's answer cannot be right: ${what}`,
    hint: 'Check that nothing but LND answers at LND_SOCKET.',
  })

/** LND never means less than nothing by these; a negative one is a broken answer. */
export function toMsat(value: Int64): Msat {
  if (!/^\d+$/.test(value)) throw unreadable('an amount is not a whole number')
  return msat(BigInt(value))
}

export const toSeconds = (value: Int64): UnixSeconds => Number(value)
/** Nanoseconds are beyond what a number holds exactly. */
const nanosToSeconds = (value: Int64): UnixSeconds => Number(BigInt(value) / 1_000_000_000n)

function toHash(bytes: Buffer | string): PaymentHash {
  try {
    return paymentHash(typeof bytes === 'string' ? bytes : bytes.toString('hex'))
  } catch {
    throw unreadable('a payment hash has the wrong form')
  }
}

// https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/chainreg/chainparams.go names them so
const NETWORK_NAMES: Readonly<Record<string, Network>> = {
  mainnet: 'mainnet',
  testnet: 'testnet',
  testnet3: 'testnet',
  testnet4: 'testnet4',
  signet: 'signet',
  regtest: 'regtest',
}

/** `simnet` and other private chains are none of core's. */
export function toNetwork(info: RawInfo): Network {
  const network = NETWORK_NAMES[info.chains[0]?.network ?? '']
  if (network !== undefined) return network
  throw new LightningError({
    code: 'unsupported',
    message: 'LND runs on a network that is not known here',
    hint: 'Use a node on mainnet, testnet, testnet4, signet or regtest.',
  })
}

export const toVersion = (info: RawInfo): string => cleanText(info.version, 80).split(' ')[0] ?? ''

export function toNodeInfo(info: RawInfo): NodeInfo {
  return {
    network: toNetwork(info),
    nodeId: nodeId(info.identity_pubkey),
    alias: cleanText(info.alias, 64),
    version: toVersion(info),
    blockHeight: info.block_height,
    syncedToChain: info.synced_to_chain,
    syncedToGraph: info.synced_to_graph,
    activeChannels: info.num_active_channels,
    pendingChannels: info.num_pending_channels,
    peers: info.num_peers,
    uris: info.uris.map((uri) => cleanText(uri, 200)),
  }
}

const INVOICE_STATES: Readonly<Record<string, InvoiceStatus>> = {
  OPEN: 'open',
  ACCEPTED: 'accepted',
  SETTLED: 'settled',
  CANCELED: 'canceled',
}

/**
 * LND calls an invoice OPEN for some time after it expired, then CANCELED. What was canceled with
 * HTLCs on it was canceled by its owner.
 */
function invoiceStatus(raw: RawInvoice, expiresAt: UnixSeconds, now: UnixSeconds): InvoiceStatus {
  const status = INVOICE_STATES[raw.state]
  if (status === undefined) throw unreadable(`an invoice has the state ${cleanText(String(raw.state), 20)}`)
  const overdue = now >= expiresAt
  if (overdue && (status === 'open' || (status === 'canceled' && raw.htlcs.length === 0))) return 'expired'
  return status
}

export function toInvoice(raw: RawInvoice, now: UnixSeconds): Invoice {
  const createdAt = toSeconds(raw.creation_date)
  const expiresAt = createdAt + Number(raw.expiry)
  const status = invoiceStatus(raw, expiresAt, now)
  const hash = toHash(raw.r_hash)
  const requested = toMsat(raw.value_msat)
  const held = raw.htlcs.filter(({ state }) => state === 'ACCEPTED')
  return {
    ...(raw.payment_request === '' ? {} : { invoice: raw.payment_request }),
    paymentHash: hash,
    status,
    ...(requested === 0n ? {} : { amountMsat: requested }),
    ...(status === 'settled' ? { receivedMsat: toMsat(raw.amt_paid_msat) } : {}),
    ...(status === 'accepted' ? { receivedMsat: sumMsat(held.map(({ amt_msat }) => amt_msat)) } : {}),
    ...(raw.memo === '' ? {} : { description: cleanText(raw.memo) }),
    ...(raw.description_hash.length === 32
      ? { descriptionHash: descriptionHash(raw.description_hash.toString('hex')) }
      : {}),
    createdAt,
    expiresAt,
    ...(status === 'settled' ? { settledAt: toSeconds(raw.settle_date) } : {}),
    // LND tells the preimage of unpaid invoices as well: whoever has it can take a payment on its way
    ...(status === 'settled' ? provenPreimage(raw.r_preimage, hash) : {}),
    ...(status === 'accepted' && held.length > 0
      ? { htlcExpiryHeight: Math.min(...held.map(({ expiry_height }) => expiry_height)) }
      : {}),
  }
}

const sumMsat = (values: readonly Int64[]): Msat =>
  msat(values.reduce((sum, value) => sum + toMsat(value), 0n))

/** The preimage, if it proves the hash (an AMP payment has none that does). */
function provenPreimage(secret: Buffer | string, hash: PaymentHash): { preimage?: Preimage } {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'hex') : secret
  return createHash('sha256').update(bytes).digest('hex') === hash
    ? { preimage: preimage(bytes.toString('hex')) }
    : {}
}

// https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/lnrpc/lightning.proto (PaymentFailureReason)
const FAILURES: Readonly<Record<string, FailureReason>> = {
  FAILURE_REASON_TIMEOUT: 'timeout',
  // LND says so too when every route costs more than the fee limit
  FAILURE_REASON_NO_ROUTE: 'no_route',
  FAILURE_REASON_INCORRECT_PAYMENT_DETAILS: 'recipient_rejected',
  FAILURE_REASON_INSUFFICIENT_BALANCE: 'insufficient_balance',
  FAILURE_REASON_CANCELED: 'canceled',
}

/** LND says FAILED only when no part is left in flight, and takes the hash again. */
const toFailure = (reason: Enum): PaymentFailure => ({
  reason: FAILURES[reason] ?? 'other',
  detail: cleanText(String(reason).replace('FAILURE_REASON_', '').toLowerCase().replaceAll('_', ' '), 80),
  sameHashRetryable: true,
})

const IN_FLIGHT = new Set<Enum>(['IN_FLIGHT', 'INITIATED'])

export function toPayment(raw: RawPayment): Payment {
  const hash = toHash(raw.payment_hash)
  const common = {
    paymentHash: hash,
    amountMsat: toMsat(raw.value_msat),
    createdAt: nanosToSeconds(raw.creation_time_ns),
  }
  if (IN_FLIGHT.has(raw.status)) return { ...common, status: 'pending' }
  if (raw.status === 'FAILED') return { ...common, status: 'failed', failure: toFailure(raw.failure_reason) }
  if (raw.status !== 'SUCCEEDED')
    throw unreadable(`a payment has the status ${cleanText(String(raw.status), 20)}`)
  const proof = provenPreimage(raw.payment_preimage, hash)
  if (proof.preimage === undefined)
    return {
      ...common,
      status: 'unknown',
      warnings: [
        { code: 'unproven', message: 'LND calls this payment settled, but its preimage does not prove it' },
      ],
    }
  const settled = raw.htlcs.filter(({ status }) => status === 'SUCCEEDED')
  const resolved = settled.map(({ resolve_time_ns }) => nanosToSeconds(resolve_time_ns))
  return {
    ...common,
    status: 'settled',
    // SUCCEEDED is said when no part is in flight any more: the fee is final
    feeMsat: toMsat(raw.fee_msat),
    ...proof,
    ...(resolved.length === 0 ? {} : { settledAt: Math.max(...resolved) }),
    ...(settled.length === 0 ? {} : { parts: settled.length }),
  }
}

/** A line of the history, from a payment. The invoice it paid, if any, tells what for. */
export function paymentToTransaction(raw: RawPayment): Transaction {
  const payment = toPayment(raw)
  const description = describePaid(raw.payment_request)
  return {
    id: `out:${payment.paymentHash}`,
    direction: 'outgoing',
    // an AMP payment of other software is listed as LND tells it
    status: payment.status === 'unknown' ? 'settled' : payment.status,
    paymentHash: payment.paymentHash,
    ...(payment.amountMsat === undefined ? {} : { amountMsat: payment.amountMsat }),
    ...(payment.feeMsat === undefined ? {} : { feeMsat: payment.feeMsat }),
    ...(description === undefined ? {} : { description }),
    ...(payment.failure === undefined ? {} : { failure: payment.failure }),
    createdAt: payment.createdAt ?? 0,
    ...(payment.settledAt === undefined ? {} : { settledAt: payment.settledAt }),
  }
}

function describePaid(invoice: string): string | undefined {
  if (invoice === '') return undefined
  try {
    const { description } = decodeInvoice(invoice)
    return description === undefined || description === '' ? undefined : cleanText(description)
  } catch {
    return undefined
  }
}

/** A line of the history, from an invoice. */
export const invoiceToTransaction = (raw: RawInvoice, now: UnixSeconds): Transaction =>
  transactionOfInvoice(toInvoice(raw, now))
