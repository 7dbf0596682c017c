import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateOwnerKey, type OwnerKey } from '../../src/owner/owner-key.ts'
import type { PolicyDocument } from '../../src/policy/read-policy.ts'
import { POLICY_FILE, signPolicy } from '../../src/policy/signed-policy.ts'
import { type TestProcess, temporaryFolder, World } from './world.ts'

/** A world with an owner, whose policy lies in a folder. */
export class OwnedWorld extends World {
  readonly key: OwnerKey = generateOwnerKey()
  readonly folder = temporaryFolder()
  readonly policyFile = join(this.folder, POLICY_FILE)
  /** What a wallet knows of its owner; a test may take the key away. */
  readonly owner: { publicKey?: string; required: boolean } = {
    publicKey: this.key.publicKey,
    required: false,
  }

  /** Puts a policy in its place, signed by the owner or somebody else. */
  put(policy: PolicyDocument, key: OwnerKey = this.key, ledgerId?: string): void {
    writeFileSync(this.policyFile, signPolicy(policy, key, ledgerId))
  }

  write(text: string): void {
    writeFileSync(this.policyFile, text)
  }

  keepAs(name: string): void {
    copyFileSync(this.policyFile, join(this.folder, name))
  }

  putBack(name: string): void {
    copyFileSync(join(this.folder, name), this.policyFile)
  }

  removePolicy(): void {
    rmSync(this.policyFile)
  }

  /** Starts a wallet that follows the policy. */
  override start(options: Parameters<World['start']>[0] = {}): Promise<TestProcess> {
    return super.start({ policyFile: this.policyFile, owner: this.owner, ...options })
  }
}

/** A policy of one account, without fees unless it says otherwise. */
export const accountPolicy = (version: number, limits: object = {}): PolicyDocument => ({
  version,
  accounts: { default: { maxFeeSats: 0, ...limits } },
})
