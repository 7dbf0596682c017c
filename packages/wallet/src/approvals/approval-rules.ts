import { LightningError, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import type { IntentKind } from '../intents/intent.ts'
import type { ApprovalRules } from '../policy/policy.ts'

const DEFAULT_EXPIRY_MINUTES = 60

/** For how long a payment waits for the owner. */
export const expiryMs = ({ expiresMinutes = DEFAULT_EXPIRY_MINUTES }: ApprovalRules): number =>
  expiresMinutes * 60_000

/** Whether the client's user may be asked in place of the owner. */
export const mayElicit = (
  { elicitUpToMsat }: ApprovalRules,
  { kind, amountMsat, capitalMsat = ZERO_MSAT }: Moved,
): boolean =>
  elicitUpToMsat !== undefined && kind !== 'channel-close' && amountMsat + capitalMsat <= elicitUpToMsat

interface Moved {
  /** A closing has no amount, and moves all that the channel holds: the owner alone decides on it. */
  kind: IntentKind
  amountMsat: Msat
  capitalMsat?: Msat
}

/** Throws `permission_denied` where the owner did not leave that to the client. */
export function assertMayElicit(rules: ApprovalRules, moved: Moved): void {
  if (mayElicit(rules, moved)) return
  throw new LightningError({
    code: 'permission_denied',
    message: 'the owner does not let the client’s user approve a payment of this amount',
    hint: 'Ask the owner: lightning-mcp approvals list',
    sent: 'no',
  })
}
