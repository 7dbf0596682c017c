import { LightningError, type Msat } from '@lightning-mcp/core'
import type { ApprovalRules } from '../policy/policy.ts'

const DEFAULT_EXPIRY_MINUTES = 60

/** For how long a payment waits for the owner. */
export const expiryMs = ({ expiresMinutes = DEFAULT_EXPIRY_MINUTES }: ApprovalRules): number =>
  expiresMinutes * 60_000

/** Whether the client's user may be asked in place of the owner. */
export const mayElicit = ({ elicitUpToMsat }: ApprovalRules, amountMsat: Msat): boolean =>
  elicitUpToMsat !== undefined && amountMsat <= elicitUpToMsat

/** Throws `permission_denied` where the owner did not leave that to the client. */
export function assertMayElicit(rules: ApprovalRules, amountMsat: Msat): void {
  if (mayElicit(rules, amountMsat)) return
  throw new LightningError({
    code: 'permission_denied',
    message: 'the owner does not let the client’s user approve a payment of this amount',
    hint: 'Ask the owner: lightning-mcp approvals list',
    sent: 'no',
  })
}
