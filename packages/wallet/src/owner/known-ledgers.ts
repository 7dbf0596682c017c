import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackendIdentity, LightningError } from '@lightning-mcp/core'
import type { AuditMark } from '../ledger/audit-findings.ts'
import { place } from './owner-folder.ts'

const FILE = 'ledgers.json'

/** A ledger that the owner made, remembered apart from it: so that its loss is noticed. */
export interface KnownLedger {
  ledgerId: string
  backendKind: string
  network: string
  backendId: string
  madeAtMs: number
  /** Where the last audit ended that found nothing wrong. */
  audited?: AuditMark
}

/** Every ledger that the owner ever made, oldest first. Throws `not_ready` for a damaged file. */
export async function readKnownLedgers(folder: string): Promise<readonly KnownLedger[]> {
  const path = join(folder, FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw broken(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    const { version, ledgers } = JSON.parse(text) as { version?: unknown; ledgers?: KnownLedger[] }
    if (version === 1 && Array.isArray(ledgers) && ledgers.every(isKnownLedger)) return ledgers
  } catch {}
  throw broken(path, 'is damaged')
}

/** The newest ledger that was made for the backend. */
export async function knownLedgerOf(
  folder: string,
  identity: BackendIdentity,
): Promise<KnownLedger | undefined> {
  return (await readKnownLedgers(folder)).findLast((ledger) => isOf(ledger, identity))
}

/** Adds a ledger, or changes what is known of it. */
export async function rememberLedger(folder: string, ledger: KnownLedger): Promise<void> {
  const same = (other: KnownLedger): boolean =>
    other.ledgerId === ledger.ledgerId &&
    other.backendKind === ledger.backendKind &&
    other.network === ledger.network &&
    other.backendId === ledger.backendId
  const known = await readKnownLedgers(folder)
  const at = known.findIndex(same)
  const ledgers = at === -1 ? [...known, ledger] : known.with(at, ledger)
  const text = `${JSON.stringify({ version: 1, ledgers }, undefined, 2)}\n`
  try {
    await place(join(folder, FILE), text, { mode: 0o600, replace: true })
  } catch (error) {
    throw broken(join(folder, FILE), `cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}

const isOf = (ledger: KnownLedger, { kind, network, id }: BackendIdentity): boolean =>
  ledger.backendKind === kind && ledger.network === network && ledger.backendId === id

const isKnownLedger = (value: unknown): value is KnownLedger =>
  typeof value === 'object' &&
  value !== null &&
  ['ledgerId', 'backendKind', 'network', 'backendId'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  )

const broken = (path: string, why: string): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: `${path} ${why}`,
    hint: 'Put a copy of it back. Without it nobody notices that a database is not the one it was.',
  })
