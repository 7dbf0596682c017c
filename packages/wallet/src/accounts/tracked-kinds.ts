import { LightningError } from '@lightning-mcp/core'
import type { IntentKind } from '../intents/intent.ts'
import type { Account } from './account.ts'

/** What a tracked account may spend its money on. Channels and coins are the node's, not an account's. */
const TRACKED_KINDS: readonly IntentKind[] = ['invoice', 'minted', 'keysend']

/** Throws for what a tracked account may not spend on. */
export function assertTrackedKind(account: string, kind: IntentKind): void {
  if (TRACKED_KINDS.includes(kind)) return
  throw new LightningError({
    code: 'permission_denied',
    message: `account "${account}" has a balance on a shared node, whose channels and coins are not its own`,
    hint: 'Only Lightning payments can be made from it; the owner can do the rest.',
    sent: 'no',
  })
}

/** Before the node is asked about a spending: a tracked account is told nothing of what is not its own. */
export function assertMayAskNode(account: Account | undefined, kind: IntentKind): void {
  if (account?.kind === 'tracked') assertTrackedKind(account.name, kind)
}
