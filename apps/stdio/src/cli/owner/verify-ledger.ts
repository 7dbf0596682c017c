import { LightningError } from '@lightning-mcp/core'
import type { AuditReport } from '@lightning-mcp/wallet'
import type { CommandContext } from './command.ts'

/**
 * Audits the ledger against what the last audit saw. Where it agrees, how far it was seen is kept beside
 * the owner's key, apart from the database.
 */
export async function verifyLedger({
  ledger,
  config,
  publicKey,
  note,
}: CommandContext): Promise<AuditReport> {
  const { auditLedger, readKnownLedgers, readLedgerMeta, rememberLedger } = await import(
    '@lightning-mcp/wallet'
  )
  const { store } = await ledger()
  const { ledgerId } = await store.read(readLedgerMeta)
  const known = (await readKnownLedgers(config.ownerDir)).findLast((one) => one.ledgerId === ledgerId)
  const owner = await publicKey()
  const report = await auditLedger({
    store,
    nowMs: Date.now(),
    ...(owner === undefined ? {} : { publicKey: owner }),
    ...(known?.audited === undefined ? {} : { since: known.audited }),
  })
  if (report.ok && known !== undefined && report.mark !== undefined)
    await rememberLedger(config.ownerDir, { ...known, audited: report.mark }).catch((error: unknown) => {
      note(
        `How far the journal was seen could not be kept: ${LightningError.is(error) ? error.message : error}`,
      )
    })
  return report
}
