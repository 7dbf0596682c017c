import {
  cleanText,
  type FailureReason,
  type Msat,
  msat,
  type Payment,
  type PaymentFailure,
  type PaymentHash,
} from '@lightning-mcp/core'
import { shownText, unreadable } from './errors.ts'
import type { RawSentPart } from './schemas.ts'
import { isText, provenPreimage, toHash, toList, toMsat, toObject, toSeconds } from './to-core.ts'

/** Pure: what `getsentinfo` answers, as payments. Eclair lists attempts and parts; `parentId` groups them. */

const STATUSES: ReadonlySet<unknown> = new Set(['pending', 'sent', 'failed'])

/** Checks the list, and that it is about one hash where one was asked for. */
export function readSentParts(value: unknown, hash?: PaymentHash): readonly RawSentPart[] {
  return toList(value, 'getsentinfo').map((entry) => {
    const part = toObject<Partial<RawSentPart>>(entry, 'a sent payment')
    if (!isText(part.id) || !isText(part.parentId)) throw unreadable('a sent payment has no id')
    const own = toHash(part.paymentHash)
    if (hash !== undefined && own !== hash) throw unreadable('it is about another payment')
    const type = toObject<{ type?: unknown }>(part.status, 'the status of a payment').type
    if (!STATUSES.has(type)) throw unreadable(`a payment has the status ${cleanText(String(type), 20)}`)
    return { ...part, paymentHash: own } as RawSentPart
  })
}

/**
 * How the parts stand together. `failed` means that none is left under way: Eclair shows a pending
 * placeholder as long as it may try again, so it is only to be believed when seen twice.
 */
export type Standing = 'none' | 'pending' | 'sent' | 'failed'

export function standingOf(parts: readonly RawSentPart[]): Standing {
  if (parts.length === 0) return 'none'
  if (parts.some(({ status }) => status.type === 'sent')) return 'sent'
  return parts.some(({ status }) => status.type === 'pending') ? 'pending' : 'failed'
}

/** One payment from all parts of it: of one parent, or of all that had this hash. */
export function toPayment(parts: readonly RawSentPart[]): Payment | undefined {
  const [first] = parts
  if (first === undefined) return undefined
  const hash = first.paymentHash as PaymentHash
  const common = {
    paymentHash: hash,
    createdAt: Math.min(...parts.map(({ createdAt }) => toSeconds(createdAt))),
    backendId: newest(parts).parentId,
  }
  switch (standingOf(parts)) {
    case 'sent':
      return { ...common, ...toSettled(parts, hash) }
    case 'failed':
      return { ...common, amountMsat: toMsat(newest(parts).recipientAmount), ...toFailed(newest(parts)) }
    default: {
      const pending = parts.find(({ status }) => status.type === 'pending')!
      return { ...common, status: 'pending', amountMsat: toMsat(pending.recipientAmount) }
    }
  }
}

const newest = (parts: readonly RawSentPart[]): RawSentPart =>
  parts.reduce((last, part) => (toSeconds(part.createdAt) >= toSeconds(last.createdAt) ? part : last))

const isUnderWay = ({ status, paymentType }: RawSentPart): boolean =>
  status.type === 'pending' && paymentType !== 'placeholder'

const sum = (amounts: readonly Msat[]): Msat =>
  msat(amounts.reduce((total: bigint, each) => total + each, 0n))

function toSettled(parts: readonly RawSentPart[], hash: PaymentHash): Omit<Payment, 'paymentHash'> {
  const sent = parts.flatMap(({ status, amount }) => (status.type === 'sent' ? [{ ...status, amount }] : []))
  const proofs = sent.map(({ paymentPreimage }) => provenPreimage(paymentPreimage, hash))
  const proof = proofs.find((each) => each !== undefined)
  if (proof === undefined)
    return {
      status: 'unknown',
      warnings: [
        {
          code: 'unproven',
          message: 'Eclair calls this payment settled, but its preimage does not prove it',
        },
      ],
    }
  const amounts = parts.filter((part) => part.status.type === 'sent' || isUnderWay(part))
  return {
    status: 'settled',
    // whoever gave the preimage out for one part can take all that are under way
    amountMsat: sum(amounts.map(({ amount }) => toMsat(amount))),
    feeMsat: sum(sent.map(({ feesPaid }) => toMsat(feesPaid, 'a fee'))),
    ...(parts.some(({ status }) => status.type === 'pending') ? { feeProvisional: true } : {}),
    preimage: proof,
    settledAt: Math.max(...sent.map(({ completedAt }) => toSeconds(completedAt))),
    parts: sent.length,
  }
}

/** What Eclair writes as the reason: for people, and for the name of the failure; never for whether it failed. */
const FAILURE_REASONS: readonly (readonly [RegExp, FailureReason])[] = [
  // captures getsentinfo-again, ws-payinvoice-remote-fail
  [/incorrect payment details|unknown payment hash/i, 'recipient_rejected'],
  // captures getsentinfo-failed; also said when every route costs more than the fee limit, or when the channels hold too little
  [/route not found/i, 'no_route'],
  [/balance too low|insufficient/i, 'insufficient_balance'],
  [/timeout|timed out/i, 'timeout'],
  [/expired/i, 'invoice_expired'],
]

function toFailed({ status }: RawSentPart): { status: 'failed'; failure: PaymentFailure } {
  const failures = status.type === 'failed' && Array.isArray(status.failures) ? status.failures : []
  // the last word of a payment is often that no route is left: what the recipient said tells more
  const words = failures.map(({ failureMessage }) => (isText(failureMessage) ? failureMessage : ''))
  const known = FAILURE_REASONS.find(([text]) => words.some((each) => text.test(each)))
  const shown = words.findLast((each) => each !== '')
  return {
    status: 'failed',
    failure: {
      reason: known?.[1] ?? 'other',
      ...(shown === undefined ? {} : { detail: shownText(shown) }),
      sameHashRetryable: true,
    },
  }
}
