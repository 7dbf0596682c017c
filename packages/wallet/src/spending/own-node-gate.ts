import { LightningError } from '@lightning-mcp/core'
import type { IntentKind } from '../intents/intent.ts'
import type { SpendingGate } from '../safety/gates.ts'

/** What moves the node's own coins and channels. */
export const OF_THE_NODE: readonly IntentKind[] = [
  'onchain',
  'channel-open',
  'channel-close',
  'splice-in',
  'splice-out',
]

/** A tracked account shares its node's channels; it has no say over them, nor over the node's coins. */
export const ownNodeGate: SpendingGate = {
  name: 'own-node',
  async check(store, { account, kind }) {
    if (!OF_THE_NODE.includes(kind) || (await store.account(account))?.kind !== 'tracked') return
    throw new LightningError({
      code: 'permission_denied',
      message: 'this account shares its node with others and cannot move its coins or change its channels',
      hint: 'The owner of the node can do it from an account with a connection of its own.',
      sent: 'no',
    })
  },
}
