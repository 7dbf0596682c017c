import { createHash } from 'node:crypto'
import { canonicalJson } from '../owner/canonical-json.ts'
import type { OwnerKey, OwnerPublicKey } from '../owner/owner-key.ts'
import { signDocument, verifyDocument } from '../owner/signed-document.ts'
import { type PolicyDocument, parseJson, signable } from './read-policy.ts'

/** Its name in the data folder. */
export const POLICY_FILE = 'policy.json'

/** A policy whose signature was checked. */
export interface SignedPolicy {
  document: PolicyDocument
  /** The ledger that it was signed for; absent: one that the owner has not certified. */
  ledgerId?: string
  version: number
  /** Over the content alone: two signatures of one policy give one digest. */
  digest: string
}

/** Why a policy file is not followed, and what the owner can do where that is not to sign one. */
export class PolicyFault extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/**
 * The text of the file in which a policy lies in the data folder. It is for one ledger alone, so that a
 * looser policy of another wallet of the same owner is none of this one; without an id it is for a
 * ledger without a certificate, such as the simulator's.
 */
export function signPolicy(document: PolicyDocument, key: OwnerKey, ledgerId?: string): string {
  const policy = signable(document) as PolicyDocument
  const signed = { ...(ledgerId === undefined ? {} : { ledger: ledgerId }), policy }
  const signature = signDocument('policy', signed, key)
  return `${JSON.stringify({ ...signed, signature }, undefined, 2)}\n`
}

/** Reads that file. Throws {@link PolicyFault} where the owner did not sign exactly what it says. */
export function openSignedPolicy(text: string, publicKey: OwnerPublicKey | undefined): SignedPolicy {
  let value: { ledger?: unknown; policy?: unknown; signature?: unknown } | null
  try {
    value = parseJson(text) as typeof value
  } catch {
    throw new PolicyFault('is damaged: it is not valid JSON')
  }
  const document = value?.policy
  if (typeof document !== 'object' || document === null)
    throw new PolicyFault('holds no signed policy, but something else')
  if (value?.signature === undefined) throw new PolicyFault('is not signed')
  if (publicKey === undefined)
    throw new PolicyFault(
      'cannot be checked, because the owner’s public key is not there',
      'Policies are checked with it: name its folder with --owner-dir, or run lightning-mcp owner init.',
    )
  const policy = signable(document) as PolicyDocument
  const { ledger } = value
  const signed = { ...(ledger === undefined ? {} : { ledger }), policy }
  if (!verifyDocument('policy', signed, value.signature, publicKey))
    throw new PolicyFault('was changed without the owner’s key, or signed with another one')
  return {
    document: policy,
    ...(typeof ledger === 'string' ? { ledgerId: ledger } : {}),
    version: versionOf(policy),
    digest: digestOf(policy),
  }
}

/** The version of a document that was not checked yet; 0: none. */
export function versionOf(document: PolicyDocument): number {
  const { version } = document
  return typeof version === 'number' && Number.isSafeInteger(version) ? version : 0
}

const digestOf = (policy: PolicyDocument): string =>
  createHash('sha256').update(canonicalJson(policy)).digest('hex')
