import type { Intent } from '../intents/intent.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import { resolutionFault } from '../spending/resolve-by-owner.ts'
import type { BookedSums } from '../store/audit-queries.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import { differences, type Findings } from './audit-findings.ts'
import { postings, spendingMsat } from './postings.ts'

/** What the journal booked for each payment is what its record holds. Answers how many there are. */
export async function checkPayments(
  reader: StoreReader,
  {
    findings,
    pageSize,
    publicKey,
  }: { findings: Findings; pageSize: number; publicKey?: OwnerPublicKey | undefined },
): Promise<number> {
  const { ledgerId } = await readLedgerMeta(reader)
  const signed = (intent: Intent) => resolutionFault(intent, { ledgerId, publicKey })
  let payments = 0
  for (let last: Intent | undefined; ; ) {
    const page = await reader.intentPage({
      order: 'oldest-first',
      limit: pageSize,
      ...(last === undefined ? {} : { after: last.paymentId }),
    })
    const booked = new Map<string, BookedSums[]>()
    for (const sums of await reader.bookedSums(page.map(({ paymentId }) => paymentId)))
      booked.set(sums.paymentId, [...(booked.get(sums.paymentId) ?? []), sums])
    for (const intent of page)
      checkPayment(intent, booked.get(intent.paymentId) ?? [], findings, signed(intent))
    payments += page.length
    last = page.at(-1)
    if (page.length < pageSize) break
  }
  for (const paymentId of await reader.journalOrphans(pageSize))
    findings.add({
      kind: 'payment',
      paymentId,
      message: `payment ${paymentId} is in the journal and has no record`,
    })
  return payments
}

function checkPayment(
  intent: Intent,
  booked: readonly BookedSums[],
  findings: Findings,
  fault: string | undefined,
): void {
  const { paymentId, account } = intent
  const own = booked.find((sums) => sums.account === account)
  const found = differences(postings(intent), own ?? {}, ['reserved', 'paid', 'fees', 'capital'])
  const charged = own?.chargedMsat ?? 0n
  if (spendingMsat(intent) !== charged && (intent.limitScopes ?? []).length > 0)
    found.push(`spending is ${spendingMsat(intent)} msat, the journal charged ${charged}`)
  for (const other of booked)
    if (other.account !== account) found.push(`the journal books it for account ${other.account} as well`)
  if (fault !== undefined) found.push(fault)
  for (const difference of found)
    findings.add({
      kind: 'payment',
      paymentId,
      account,
      message: `payment ${paymentId} (${intent.state}): ${difference}`,
    })
}
