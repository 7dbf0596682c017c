import { type BackendIdentity, LightningError } from '@lightning-mcp/core'
import type { WalletStore } from '../store/wallet-store.ts'
import { knownLedgerOf, rememberLedger } from './known-ledgers.ts'
import {
  createLedgerCertificate,
  type LedgerVerdict,
  readLedgerMeta,
  verifyLedgerCertificate,
  writeLedgerMeta,
} from './ledger-certificate.ts'
import type { OwnerKey } from './owner-key.ts'

export interface CertifyLedgerRequest {
  store: WalletStore
  identity: BackendIdentity
  key: OwnerKey
  /** Where the owner's key lies; what ledgers there are is remembered beside it. */
  ownerDir: string
  /** The owner knows that this database is not the one from before. */
  newLedger?: boolean
  nowMs?: number
}

export interface CertifiedLedger {
  ledgerId: string
  /** `made`: now, `unchanged`: it was this owner's for this backend already. */
  status: 'made' | 'unchanged'
  /** The ledger that it takes the place of. */
  replaces?: { ledgerId: string; madeAtMs: number }
}

/**
 * Makes the database the ledger of the backend, so that it may be spent from. Where the owner made
 * another one for this backend before, or this one for something else, that takes `newLedger`:
 * records of earlier payments are missing, and what was paid could be paid again.
 */
export async function certifyLedger(request: CertifyLedgerRequest): Promise<CertifiedLedger> {
  const { store, identity, key, ownerDir, newLedger = false, nowMs = Date.now() } = request
  const known = await knownLedgerOf(ownerDir, identity)
  const remembered = {
    backendKind: identity.kind,
    network: identity.network,
    backendId: identity.id,
    madeAtMs: nowMs,
  }
  // in one transaction, so that two commands at once make one ledger
  const result = await store.transaction(async (writer): Promise<CertifiedLedger> => {
    const meta = await readLedgerMeta(writer)
    const verdict = verifyLedgerCertificate(meta, identity, key.publicKey)
    const replaced =
      known === undefined || known.ledgerId === meta.ledgerId
        ? {}
        : { replaces: { ledgerId: known.ledgerId, madeAtMs: known.madeAtMs } }
    if (!newLedger && (known?.ledgerId ?? meta.ledgerId) !== meta.ledgerId)
      throw refused(lostLedger(known?.madeAtMs ?? 0), LOST_HINT)
    if (verdict === 'valid') return { ledgerId: meta.ledgerId ?? '', status: 'unchanged', ...replaced }
    if (!newLedger && verdict !== 'missing') throw refused(NOT_OURS[verdict], NOT_OURS_HINT)
    const made = createLedgerCertificate({
      identity,
      key,
      ...(meta.ledgerId === undefined ? {} : { ledgerId: meta.ledgerId }),
    })
    await writeLedgerMeta(writer, made)
    return { ledgerId: made.ledgerId, status: 'made', ...replaced }
  })
  if (known?.ledgerId !== result.ledgerId)
    await rememberLedger(ownerDir, { ...remembered, ledgerId: result.ledgerId })
  return result
}

const lostLedger = (madeAtMs: number): string =>
  [
    `this database is not the ledger that was made for this wallet on ${new Date(madeAtMs).toISOString()}.`,
    'Records of earlier payments are missing from it: payments that were made or are still under way could be made a second time, and what was spent no longer counts against limits.',
  ].join(' ')

const LOST_HINT =
  'Put the old database back if there is any way to. If it is lost for good, and no payment is under way at the node, run `lightning-mcp owner init --new-ledger`.'

const NOT_OURS: Readonly<Record<Exclude<LedgerVerdict, 'valid' | 'missing'>, string>> = {
  'other-backend': 'this database is the ledger of another node or wallet',
  'other-key': "this database is the ledger of another owner's key",
  invalid: 'what was signed about this database does not fit it: somebody changed it',
}

const NOT_OURS_HINT =
  'Check --data-dir, --owner-dir and the settings of the node. If it is meant, run `lightning-mcp owner init --new-ledger`: the records stay, and the ledger is certified anew.'

const refused = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'not_ready', message, hint })
