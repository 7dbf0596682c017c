import type { StoreReader } from '../store/wallet-store.ts'
import { type AuditMark, type Findings, SUM_NAMES, sumOf } from './audit-findings.ts'
import { type AccountBalance, digestOf, FIRST_DIGEST, type JournalEntry } from './journal.ts'
import { UsageSums } from './usage-sums.ts'

interface JournalCheck {
  entries: number
  mark?: AuditMark
  balances: Map<string, AccountBalance>
  usage: UsageSums
}

/** Reads the whole journal once: its chain is unbroken, each row adds up, and this is what follows from it. */
export async function checkJournal(
  reader: StoreReader,
  {
    findings,
    nowMs,
    pageSize,
    since,
    onProgress,
  }: {
    findings: Findings
    nowMs: number
    pageSize: number
    since?: AuditMark
    onProgress?: (entries: number) => void
  },
): Promise<JournalCheck> {
  const balances = new Map<string, AccountBalance>()
  const usage = new UsageSums(nowMs)
  let entries = 0
  let mark: AuditMark = { seq: 0, digest: FIRST_DIGEST }
  for (;;) {
    const page = await reader.journalAfter(mark.seq, pageSize)
    for (const entry of page) {
      checkEntry(entry, mark, findings)
      if (entry.seq === since?.seq && entry.digest !== since.digest)
        findings.add({
          kind: 'journal',
          seq: entry.seq,
          message: `row ${entry.seq} is not the one of the last audit: it or an earlier one was changed since`,
        })
      addTo(balances, entry)
      usage.add(entry)
      // the stored digest and not the right one, so that one changed row is one finding
      mark = { seq: entry.seq, digest: entry.digest }
      entries++
    }
    onProgress?.(entries)
    if (page.length < pageSize) break
  }
  if (since !== undefined && since.seq > mark.seq)
    findings.add({
      kind: 'journal',
      seq: since.seq,
      message: `the journal ends with row ${mark.seq}, and at the last audit it had ${since.seq}: an older copy was put back, or rows were taken away`,
    })
  return { entries, balances, usage, ...(entries === 0 ? {} : { mark }) }
}

function checkEntry(entry: JournalEntry, before: AuditMark, findings: Findings): void {
  const { seq, digest, ...rest } = entry
  const at = { kind: 'journal', seq, account: entry.account } as const
  if (seq !== before.seq + 1)
    findings.add({
      ...at,
      message:
        seq === before.seq + 2
          ? `row ${before.seq + 1} is missing`
          : `rows ${before.seq + 1} to ${seq - 1} are missing`,
    })
  if (digestOf({ seq, ...rest }, before.digest) !== digest)
    findings.add({ ...at, message: `row ${seq} or its place in the chain was changed: its digest is wrong` })
  const sum = SUM_NAMES.reduce((total, name) => total + sumOf(entry, name), 0n)
  if (sum !== 0n) findings.add({ ...at, message: `row ${seq} adds up to ${sum} msat instead of 0` })
}

function addTo(balances: Map<string, AccountBalance>, entry: JournalEntry): void {
  const { account } = entry
  const before = balances.get(account)
  balances.set(account, {
    account,
    fundsMsat: (before?.fundsMsat ?? 0n) + entry.fundsMsat,
    reservedMsat: (before?.reservedMsat ?? 0n) + entry.reservedMsat,
    paidMsat: (before?.paidMsat ?? 0n) + entry.paidMsat,
    feesMsat: (before?.feesMsat ?? 0n) + entry.feesMsat,
    capitalMsat: (before?.capitalMsat ?? 0n) + entry.capitalMsat,
    outsideMsat: (before?.outsideMsat ?? 0n) + entry.outsideMsat,
  })
}
