import { sign, verify } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { hasBytes, type OwnerKey, type OwnerPublicKey, readOwnerPublicKey } from './owner-key.ts'

/** Every kind of document that the owner's key signs. A signature of one kind is none of another. */
export type DocumentKind =
  | 'policy'
  | 'approval-decision'
  | 'resume'
  | 'ledger'
  | 'account-transfer'
  | 'payment-resolution'

/** Ed25519, 64 bytes as unpadded base64url (86 characters). */
export type DocumentSignature = string

const DOMAIN = 'lightning-mcp owner document v1'

const bytesOf = (kind: DocumentKind, document: unknown): Buffer =>
  Buffer.from(`${DOMAIN}\n${kind}\n${canonicalJson(document)}`, 'utf8')

/**
 * The owner's signature over kind and content of a document, whatever the order of its members.
 * Throws `invalid_request` for a document that has no single text (see `canonicalJson`).
 */
export function signDocument(kind: DocumentKind, document: object, key: OwnerKey): DocumentSignature {
  return sign(null, bytesOf(kind, document), key.privateKey).toString('base64url')
}

/** Whether the owner signed exactly this. False, never an error, for whatever else is given. */
export function verifyDocument(
  kind: DocumentKind,
  document: unknown,
  signature: unknown,
  publicKey: OwnerPublicKey,
): boolean {
  const key = readOwnerPublicKey(publicKey)
  if (key === undefined || !hasBytes(signature, 64)) return false
  if (typeof document !== 'object' || document === null) return false
  try {
    return verify(null, bytesOf(kind, document), key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}
