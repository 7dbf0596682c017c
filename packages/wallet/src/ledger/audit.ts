import type { OwnerPublicKey } from '../owner/owner-key.ts'
import type { StoreReader, WalletStore } from '../store/wallet-store.ts'
import { checkBalances, checkUsage } from './audit-balances.ts'
import { type AuditFinding, type AuditMark, Findings } from './audit-findings.ts'
import { checkJournal } from './audit-journal.ts'
import { checkPayments } from './audit-payments.ts'
import { checkTransfers } from './audit-transfers.ts'
import type { AccountBalance } from './journal.ts'

export interface AuditReport {
  ok: boolean
  /** Journal rows read. */
  entries: number
  payments: number
  /** The last journal row; absent where there is none. */
  mark?: AuditMark
  /** As recomputed from the journal. */
  balances: readonly AccountBalance[]
  findings: readonly AuditFinding[]
  /** Further ones, beyond those listed. */
  omitted: number
}

export interface AuditOptions {
  store: WalletStore
  nowMs: number
  /** Where an earlier audit of the same ledger ended. */
  since?: AuditMark
  /** The owner's: whether every credit and debit is signed with it. */
  publicKey?: OwnerPublicKey
  /** Rows read at a time; what is kept in memory grows with accounts and scopes alone. */
  pageSize?: number
  /** Findings kept; the rest is counted. */
  mostFindings?: number
  onProgress?: (entries: number) => void
}

/**
 * Recomputes from the journal what is true of every account, limit scope and payment, and names each
 * place where the database says otherwise. Reads one moment of a ledger that may be in use.
 */
export function auditLedger({ store, ...options }: AuditOptions): Promise<AuditReport> {
  return store.snapshot((reader) => auditSnapshot(reader, options))
}

async function auditSnapshot(
  reader: StoreReader,
  { nowMs, since, publicKey, pageSize = 1000, mostFindings = 200, onProgress }: Omit<AuditOptions, 'store'>,
): Promise<AuditReport> {
  const findings = new Findings(mostFindings)
  const { entries, mark, balances, usage } = await checkJournal(reader, {
    findings,
    nowMs,
    pageSize,
    ...(since === undefined ? {} : { since }),
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  await checkBalances(reader, { findings, balances })
  await checkUsage(reader, { findings, usage, nowMs })
  const payments = await checkPayments(reader, { findings, pageSize, publicKey })
  await checkTransfers(reader, { findings, publicKey })
  return {
    ok: findings.count === 0,
    entries,
    payments,
    ...(mark === undefined ? {} : { mark }),
    balances: [...balances.values()].sort((a, b) => (a.account < b.account ? -1 : 1)),
    findings: findings.kept,
    omitted: findings.count - findings.kept.length,
  }
}
