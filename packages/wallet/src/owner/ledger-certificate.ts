import { randomBytes } from 'node:crypto'
import type { BackendIdentity } from '@lightning-mcp/core'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'
import type { OwnerKey, OwnerPublicKey } from './owner-key.ts'
import { signDocument, verifyDocument } from './signed-document.ts'

const LEDGER_ID = 'ledger_id'
const LEDGER_CERTIFICATE = 'ledger_certificate'

/** What a store's `meta` says of itself. */
export interface LedgerMeta {
  /** Random, made with the ledger: another database is another ledger. */
  ledgerId?: string | undefined
  /** The owner's word, as JSON, that this ledger is the one of a backend. */
  certificate?: string | undefined
}

/**
 * - `missing`: a database that the owner never made a ledger of, or a new one in place of a lost one.
 * - `other-backend`: the owner's, but for another node or wallet.
 * - `other-key`: made with another owner's key.
 * - `invalid`: not what an owner signed.
 */
export type LedgerVerdict = 'valid' | 'missing' | 'other-backend' | 'other-key' | 'invalid'

/** The owner's word that the ledger with this id, and no other, holds the payments of a backend. */
export function createLedgerCertificate({
  ledgerId = randomBytes(16).toString('hex'),
  identity,
  key,
}: {
  ledgerId?: string
  identity: BackendIdentity
  key: OwnerKey
}): Required<{ ledgerId: string; certificate: string }> {
  const document = ledgerDocument(ledgerId, identity)
  const signature = signDocument('ledger', document, key)
  return { ledgerId, certificate: JSON.stringify({ ...document, publicKey: key.publicKey, signature }) }
}

/** Whether the owner of `publicKey` made this ledger for this backend. Spending needs `valid`. */
export function verifyLedgerCertificate(
  { ledgerId, certificate }: LedgerMeta,
  identity: BackendIdentity,
  publicKey: OwnerPublicKey,
): LedgerVerdict {
  if (ledgerId === undefined || certificate === undefined) return 'missing'
  const said = read(certificate)
  if (said === undefined || said['ledgerId'] !== ledgerId) return 'invalid'
  if (said['publicKey'] !== publicKey) return 'other-key'
  const { ledgerId: id, backendKind, network, backendId, signature } = said
  const document = { ledgerId: id, backendKind, network, backendId }
  if (!verifyDocument('ledger', document, signature, publicKey)) return 'invalid'
  return backendKind === identity.kind && network === identity.network && backendId === identity.id
    ? 'valid'
    : 'other-backend'
}

/** Whose ledger it says it is; not checked. `undefined`: nobody's yet. */
export function ownerOfLedger({ certificate }: LedgerMeta): OwnerPublicKey | undefined {
  const publicKey = certificate === undefined ? undefined : read(certificate)?.['publicKey']
  return typeof publicKey === 'string' ? publicKey : undefined
}

/** What the store says of itself, for {@link verifyLedgerCertificate}. */
export async function readLedgerMeta(reader: Pick<StoreReader, 'getMeta'>): Promise<LedgerMeta> {
  return {
    ledgerId: await reader.getMeta(LEDGER_ID),
    certificate: await reader.getMeta(LEDGER_CERTIFICATE),
  }
}

/** Makes the store's database the ledger that the certificate names. */
export async function writeLedgerMeta(
  writer: Pick<StoreWriter, 'setMeta'>,
  { ledgerId, certificate }: ReturnType<typeof createLedgerCertificate>,
): Promise<void> {
  await writer.setMeta(LEDGER_ID, ledgerId)
  await writer.setMeta(LEDGER_CERTIFICATE, certificate)
}

const ledgerDocument = (ledgerId: string, { kind, network, id }: BackendIdentity) => ({
  ledgerId,
  backendKind: kind,
  network,
  backendId: id,
})

function read(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
