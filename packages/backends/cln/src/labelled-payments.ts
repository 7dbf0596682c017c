import type { Payment, PaymentHash, UnixSeconds } from '@lightning-mcp/core'
import type { Attempts } from './attempts.ts'
import type { ClnClient } from './client.ts'
import { walkDown } from './descending.ts'
import { endOf, type HistoryContext, partsOf } from './history.ts'
import { lookupPayment } from './payments.ts'
import type { RawPart } from './schemas.ts'
import { toHash } from './to-core.ts'

/** The node's clock may differ from that of whoever noted the time. */
const CLOCK_SLACK_SECONDS = 600

/** HTLCs made since a time, newest first. */
export async function* partsSince(context: HistoryContext, since: UnixSeconds): AsyncGenerator<RawPart> {
  const list = partsOf(context)
  for await (const part of walkDown(list, (await endOf(context, 'sendpays', list)) + 1)) {
    if (part.created_at < since - CLOCK_SLACK_SECONDS) return
    yield part
  }
}

/** The payment that bears a label, among those made since a time. `undefined`: none bears it now. */
export async function lookupByLabel(
  context: HistoryContext & { client: ClnClient; attempts: Attempts },
  label: string,
  since: UnixSeconds,
): Promise<Payment | undefined> {
  const hashes = new Set<PaymentHash>()
  for await (const part of partsSince(context, since))
    if (part.label === label) hashes.add(toHash(part.payment_hash))
  const found: Payment[] = []
  for (const hash of hashes) {
    const payment = await lookupPayment(context, hash, context.signal)
    if (payment !== undefined) found.push(payment)
  }
  // one label, one payment; where somebody used it twice, what may still cost money counts
  return (
    found.find(({ status }) => status === 'pending' || status === 'unknown') ??
    found.find(({ status }) => status === 'settled') ??
    found[0]
  )
}
