import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LightningError } from '@lightning-mcp/core'
import { place } from '../owner/owner-folder.ts'
import type { OwnerKey, OwnerPublicKey } from '../owner/owner-key.ts'
import type { Policy } from './policy.ts'
import { ledgerFault } from './policy-record.ts'
import { type ReadPolicy, readPolicy, readPolicyDocument } from './read-policy.ts'
import { openSignedPolicy, POLICY_FILE, signPolicy } from './signed-policy.ts'

/** A policy that was put in force. */
export interface InstalledPolicy {
  path: string
  policy: Policy
  /** What is allowed and probably not meant. */
  warnings: readonly string[]
}

/**
 * Checks the text of a policy file, signs it and puts it in force in the wallet's folder. Running
 * servers follow it with their next call. Throws `invalid_request` for what is wrong with it, a version
 * that does not go up included.
 */
export async function installPolicy({
  folder,
  text,
  key,
  ledgerId,
  nowMs = Date.now(),
}: {
  folder: string
  text: string
  key: OwnerKey
  /** Of the wallet's ledger, once the owner has certified it (`readLedgerMeta`): the policy is for that one alone. */
  ledgerId?: string | undefined
  nowMs?: number
}): Promise<InstalledPolicy> {
  const { policy, document, warnings } = await readPolicy(text, nowMs)
  const before = await installedVersion(folder, key.publicKey, ledgerId)
  if (policy.version <= before)
    throw new LightningError({
      code: 'invalid_request',
      message: `version ${policy.version} does not come after version ${before}, which is in force`,
      hint: `Set "version": ${before + 1} in the policy file.`,
    })
  const path = join(folder, POLICY_FILE)
  await place(path, signPolicy(document, key, ledgerId), { mode: 0o644, replace: true })
  return { path, policy, warnings }
}

/** The policy that lies in the folder, if the owner signed it for this ledger. Throws `invalid_request` where it is at fault. */
export async function installedPolicy(
  folder: string,
  publicKey: OwnerPublicKey | undefined,
  { ledgerId, nowMs = Date.now() }: { ledgerId?: string | undefined; nowMs?: number } = {},
): Promise<ReadPolicy | undefined> {
  const path = join(folder, POLICY_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw atFault(`${path} cannot be read (${error.code})`)
  })
  if (text === undefined) return undefined
  let document: object
  try {
    const signed = openSignedPolicy(text, publicKey)
    const fault = ledgerFault(signed, ledgerId)
    if (fault !== undefined) throw new Error(fault)
    document = signed.document
  } catch (error) {
    throw atFault(`${path} ${error instanceof Error ? error.message : 'is at fault'}`)
  }
  return readPolicyDocument(document, nowMs)
}

const atFault = (message: string): LightningError =>
  new LightningError({
    code: 'invalid_request',
    message,
    hint: 'Put a policy in force again: lightning-mcp owner policy set FILE',
  })

/** 0: none that counts. What somebody else put there does not keep the owner from replacing it. */
async function installedVersion(
  folder: string,
  publicKey: OwnerPublicKey,
  ledgerId: string | undefined,
): Promise<number> {
  const installed = await installedPolicy(folder, publicKey, { ledgerId }).catch(() => undefined)
  return installed?.policy.version ?? 0
}
