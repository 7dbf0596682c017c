import {
  addMsat,
  clampSubMsat,
  type FailureReason,
  type Msat,
  type Payment,
  type PaymentHash,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { RawPart, RawPay } from './schemas.ts'
import { optionalMsat, provenPreimage, toMsat, toSeconds, unreadable } from './to-core.ts'

/** Pure: the HTLCs of a payment hash as one payment. */

/** What Core Lightning knows of a hash. */
export interface PaymentRecords {
  /** Of listsendpays: one row for each HTLC. */
  parts: readonly RawPart[]
  /** Of listpays: one row for each attempt; the older `pay` tells here that it is still trying. */
  pays: readonly RawPay[]
}

const STATUSES: ReadonlySet<string> = new Set(['pending', 'failed', 'complete'])

/**
 * Any complete part settles the payment, any pending one leaves it open; failed is what has nothing
 * but failed rows. Nothing at all is `undefined`.
 */
export function reduceRecords(hash: PaymentHash, { parts, pays }: PaymentRecords): Payment | undefined {
  for (const { status, payment_hash } of [...parts, ...pays])
    if (!STATUSES.has(status) || payment_hash !== hash)
      throw unreadable('a payment has an unknown status or hash')
  if (parts.length === 0 && pays.length === 0) return undefined
  const createdAt = Math.min(...[...parts, ...pays].map(({ created_at }) => toSeconds(created_at)))
  const complete = parts.filter(({ status }) => status === 'complete')
  if (complete.length > 0) return settled(hash, parts, complete, pays, createdAt)
  const pending = [...parts, ...pays].some(({ status }) => status === 'pending')
  const amountMsat = attemptAmount(pays)
  const common = { paymentHash: hash, ...(amountMsat === undefined ? {} : { amountMsat }), createdAt }
  // complete in listpays alone: it was seen a moment later than listsendpays
  if (pending || pays.some(({ status }) => status === 'complete')) return { ...common, status: 'pending' }
  return { ...common, status: 'failed', failure: failure('other') }
}

/** Core Lightning takes a hash again once no part of it is pending. */
export const failure = (reason: FailureReason, detail?: string) => ({
  reason,
  ...(detail === undefined || detail === '' ? {} : { detail }),
  sameHashRetryable: true,
})

function settled(
  hash: PaymentHash,
  parts: readonly RawPart[],
  complete: readonly RawPart[],
  pays: readonly RawPay[],
  createdAt: UnixSeconds,
): Payment {
  const proof = complete
    .map(({ payment_preimage }) => provenPreimage(payment_preimage, hash))
    .find(({ preimage }) => preimage !== undefined)
  if (proof === undefined)
    return {
      paymentHash: hash,
      status: 'unknown',
      createdAt,
      warnings: [
        {
          code: 'unproven',
          message: 'Core Lightning calls this payment complete, but its preimage does not prove it',
        },
      ],
    }
  // a payee gives out the preimage once all parts of an attempt have arrived: those in flight will settle as well
  const groups = new Set(complete.map(({ groupid }) => String(groupid)))
  const inFlight = parts.filter(({ status, groupid }) => status === 'pending' && groups.has(String(groupid)))
  const counted = [...complete, ...inFlight]
  const sentMsat = addMsat(...counted.map(({ amount_sent_msat }) => toMsat(amount_sent_msat)))
  const amountMsat = delivered(counted, pays)
  const resolved = complete.flatMap(({ completed_at }) =>
    completed_at === undefined ? [] : [toSeconds(completed_at)],
  )
  return {
    paymentHash: hash,
    status: 'settled',
    ...(amountMsat === undefined ? {} : { amountMsat, feeMsat: clampSubMsat(sentMsat, amountMsat) }),
    ...(inFlight.length === 0 ? {} : { feeProvisional: true }),
    ...proof,
    createdAt,
    ...(resolved.length === 0 ? {} : { settledAt: Math.max(...resolved) }),
    parts: counted.length,
  }
}

/** What the payee gets. A part does not always tell; the attempt then does. */
function delivered(parts: readonly RawPart[], pays: readonly RawPay[]): Msat | undefined {
  const amounts = parts.flatMap(({ amount_msat }) => (amount_msat === undefined ? [] : [toMsat(amount_msat)]))
  if (amounts.length === parts.length) return addMsat(...amounts)
  return optionalMsat(pays.find(({ status }) => status === 'complete')?.amount_msat)
}

const attemptAmount = (pays: readonly RawPay[]): Msat | undefined => optionalMsat(pays.at(-1)?.amount_msat)
