import { LightningError } from '@lightning-mcp/core'
import type { StoreWriter } from '../store/wallet-store.ts'
import { digestOf, FIRST_DIGEST, type JournalEntry } from './journal.ts'

/** Writes one journal row, with the balance and the usage that follow from it. */
export async function appendEntry(
  store: StoreWriter,
  row: Omit<JournalEntry, 'seq' | 'digest'>,
): Promise<void> {
  const { fundsMsat, reservedMsat, paidMsat, feesMsat, capitalMsat, outsideMsat } = row
  if (fundsMsat + reservedMsat + paidMsat + feesMsat + capitalMsat + outsideMsat !== 0n)
    throw new LightningError({ code: 'internal', message: 'a journal row does not add up to zero' })
  const last = await store.lastJournalEntry()
  const entry = { ...row, seq: (last?.seq ?? 0) + 1 }
  await store.insertJournalEntry({ ...entry, digest: digestOf(entry, last?.digest ?? FIRST_DIGEST) })
  await store.addToBalance(row.account, row)
  if (row.chargedMsat === 0n && row.chargedCount === 0) return
  for (const scope of row.limitScopes)
    await store.addUsage(scope, row.chargedAtMs ?? row.atMs, row.chargedMsat, row.chargedCount)
}
