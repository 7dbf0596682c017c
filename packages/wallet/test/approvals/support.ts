import { type DestinationResolver, type Msat, msat, satToMsat } from '@lightning-mcp/core'
import type { Approval } from '../../src/approvals/approval.ts'
import { decideApproval } from '../../src/approvals/decide-approval.ts'
import { generateOwnerKey, type OwnerKey } from '../../src/owner/owner-key.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import type { ApprovalId, PaymentOutcome } from '../../src/wallet.ts'
import type { WalletOptions } from '../../src/wallet-options.ts'
import type { World } from '../support/world.ts'

export const owner: OwnerKey = generateOwnerKey()
export const stranger: OwnerKey = generateOwnerKey()

/** Everything above 100 sats waits for the owner. */
export const ASKS: Partial<WalletOptions> = {
  limits: { approveAboveMsat: satToMsat(100n) },
  owner: { publicKey: owner.publicKey, required: false },
}

export const AMOUNT: Msat = msat(1_000_000n)

/** The id of what a payment waits for. */
export function approvalOf({ approval }: Pick<PaymentOutcome, 'approval'>): ApprovalId {
  if (approval === undefined) throw new Error('it waits for no approval')
  return approval.approvalId
}

/** As the owner's CLI does it, in another process. */
export const decide = (
  world: World,
  store: WalletStore,
  approvalId: ApprovalId,
  decision: 'approve' | 'deny',
  key: OwnerKey = owner,
): Promise<Approval> =>
  decideApproval(store, {
    approvalId,
    decision,
    nowMs: world.clock.now(),
    sign: (document) => signDocument('approval-decision', document, key),
  })

/** Writes into the record what nobody with a right to it did. */
export const tamper = (
  store: WalletStore,
  approvalId: ApprovalId,
  change: Partial<Approval>,
): Promise<boolean> =>
  store.transaction((writer) =>
    writer.updateApproval(
      approvalId,
      { from: ['pending', 'approved', 'denied', 'used', 'canceled', 'expired'] },
      change as never,
    ),
  )

export const read = async (store: WalletStore, approvalId: ApprovalId): Promise<Approval> => {
  const found = await store.read((reader) => reader.approvalById(approvalId))
  if (found === undefined) throw new Error('no such approval')
  return found
}

/** An address service that counts what it mints. */
export function service(world: World, { expirySeconds = 3600 } = {}) {
  const minted: string[] = []
  const faults: unknown[] = []
  const terms = {
    domain: 'shop.example',
    minMsat: msat(1n),
    maxMsat: msat(10_000_000_000n),
    commentAllowed: 50,
  }
  const resolver: DestinationResolver = {
    describe: async () => ({ ...terms, description: 'shop' }),
    mint: async ({ amountMsat }) => {
      if (faults.length > 0) throw faults.shift()
      const { invoice } = world.invoice({ amountMsat, expirySeconds })
      minted.push(invoice)
      return { ...terms, description: 'shop', invoice, warnings: [] }
    },
  }
  return { minted, faults, resolver }
}
