import { decodeBolt12Invoice } from '@lightning-mcp/codec'
import { addMsat, cleanText, type Msat, type Payment, type Transaction } from '@lightning-mcp/core'
import type { HistoryContext, Row } from './history.ts'
import { readInvoiceText } from './invoice-text.ts'
import { reduceRecords } from './parts.ts'
import type { RawPart } from './schemas.ts'
import { toHash, toList, toMsat, toSeconds } from './to-core.ts'

/** What was paid, as its invoice tells. */
interface Paid {
  amountMsat?: Msat
  description?: string
}

/**
 * One row for each attempt, at the place of its first part. Listsendpays tells parts; an attempt's
 * others lie above it, perhaps on a page before, and are asked for where one part does not tell all.
 */
export async function* paymentRows(
  context: HistoryContext,
  parts: AsyncIterable<RawPart>,
): AsyncGenerator<Row> {
  for await (const part of parts) {
    const paid = describePaid(part)
    const attempt = tellsAll(part, paid) ? [part] : await otherParts(context, part)
    const first = Math.min(...attempt.map(({ created_index }) => created_index))
    if (first !== part.created_index) continue
    const transaction = toTransaction(part, attempt, paid)
    yield { index: part.created_index, createdAt: transaction.createdAt, transaction }
  }
}

/** Older calls count the attempts of a hash from 0 or 1; xpay's groups are random numbers of 64 bits. */
const MOST_COUNTED_GROUPS = 1_000_000n

/** The first part, settled and whole: what came after it, if anything, carried no money. */
const tellsAll = (part: RawPart, { amountMsat }: Paid): boolean =>
  part.status === 'complete' &&
  isFirst(part) &&
  amountMsat !== undefined &&
  part.amount_msat !== undefined &&
  toMsat(part.amount_msat) === amountMsat

/** xpay counts its parts from 1, older calls from 0, which they do not write. */
const isFirst = ({ partid = 0, groupid = 0 }: RawPart): boolean =>
  Number(partid) === 0 || (Number(partid) === 1 && BigInt(groupid) > MOST_COUNTED_GROUPS)

async function otherParts({ client, signal }: HistoryContext, part: RawPart): Promise<readonly RawPart[]> {
  const { payments } = await client.call(
    'listsendpays',
    { payment_hash: toHash(part.payment_hash) },
    { signal },
  )
  const group = toList(payments).filter(({ groupid }) => String(groupid) === String(part.groupid))
  // deleted meanwhile: what was read stands
  return group.length === 0 ? [part] : group
}

function toTransaction(part: RawPart, attempt: readonly RawPart[], paid: Paid): Transaction {
  const hash = toHash(part.payment_hash)
  const payment = reduceRecords(hash, { parts: attempt, pays: [] }) as Payment
  const amountMsat = payment.amountMsat ?? paid.amountMsat ?? largestSum(attempt)
  return {
    id: `out:${hash}:${part.groupid ?? 0}`,
    direction: 'outgoing',
    // what was not proven is listed as Core Lightning tells it
    status: payment.status === 'unknown' ? 'settled' : payment.status,
    paymentHash: hash,
    ...(amountMsat === undefined ? {} : { amountMsat }),
    ...(payment.feeMsat === undefined ? {} : { feeMsat: payment.feeMsat }),
    ...(paid.description === undefined ? {} : { description: paid.description }),
    ...(payment.failure === undefined ? {} : { failure: payment.failure }),
    createdAt: toSeconds(part.created_at),
    ...(payment.settledAt === undefined ? {} : { settledAt: payment.settledAt }),
  }
}

/** Without an invoice that tells: what is in flight, else what was tried first. */
function largestSum(attempt: readonly RawPart[]): Msat | undefined {
  const told = (parts: readonly RawPart[]) =>
    parts.flatMap(({ amount_msat }) => (amount_msat === undefined ? [] : [toMsat(amount_msat)]))
  const pending = told(attempt.filter(({ status }) => status === 'pending'))
  return pending.length > 0 ? addMsat(...pending) : told(attempt)[0]
}

export function describePaid({ bolt11, bolt12 }: Pick<RawPart, 'bolt11' | 'bolt12'>): Paid {
  try {
    const read =
      bolt11 !== undefined
        ? readInvoiceText(bolt11)
        : bolt12 !== undefined
          ? decodeBolt12Invoice(bolt12)
          : undefined
    const { amountMsat, description } = read ?? {}
    return {
      ...(amountMsat === undefined ? {} : { amountMsat }),
      ...(description === undefined || description === '' ? {} : { description: cleanText(description) }),
    }
  } catch {
    return {}
  }
}
